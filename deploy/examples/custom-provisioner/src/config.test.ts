import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('serves NodeClaims, and Machines only where it is told to', () => {
  expect(readConfig({})).toMatchObject({ serve: { machines: false, nodeClaims: true } })
  expect(readConfig({ SERVE_MACHINES: 'true' })).toMatchObject({ serve: { machines: true, nodeClaims: true } })
  expect(() => readConfig({ SERVE_NODE_CLAIMS: 'false' })).toThrow('one kind of claim must be served')
})

test("waits for the end of KAITO's own provisioner only where both would serve Machines", () => {
  expect(readConfig({}).provisioner).not.toHaveProperty('rivals')
  expect(readConfig({ SERVE_MACHINES: 'true' }).provisioner).toMatchObject({
    rivals: { labelSelector: expect.stringContaining('app.kubernetes.io/name=gpu-provisioner') },
  })
})

test('has lease and inventory in one namespace, which is its own unless told otherwise', () => {
  expect(readConfig({})).toMatchObject({
    leaderElection: { namespace: 'inventory-provisioner', name: 'inventory-provisioner' },
    inventory: { namespace: 'inventory-provisioner', name: 'gpu-hosts' },
  })
  expect(readConfig({ LEADER_ELECTION_NAMESPACE: 'gpus', INVENTORY_CONFIG_MAP: 'racks' }).inventory).toEqual({
    namespace: 'gpus',
    name: 'racks',
  })
})
