import { ContainerServiceClient } from '@azure/arm-containerservice'
import { afterEach, expect, test } from 'vitest'
import { type AzureEmulator, type EmulatorOptions, startAzureEmulator } from './azure-emulator.ts'
import { virtualClock } from './clock/virtual-clock.ts'
import type { NodeObject } from './nodes/node-registry.ts'

const running: AzureEmulator[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()))
})

async function start(options: EmulatorOptions = {}) {
  const nodes = new Map<string, NodeObject>()
  const registry = {
    join: (node: NodeObject) => void nodes.set(node.metadata.name, node),
    leave: (name: string) => void nodes.delete(name),
  }
  const emulator = await startAzureEmulator({
    resourceGroup: 'rg1',
    cluster: 'aks1',
    clock: virtualClock(Date.parse('2026-11-21T00:00:00Z')),
    nodes: registry,
    ...options,
  })
  running.push(emulator)
  const { subscriptionId } = emulator.settings()
  const credential = {
    getToken: async () => ({ token: emulator.issueToken(), expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  const client = new ContainerServiceClient(credential, subscriptionId, {
    endpoint: emulator.url,
    tlsOptions: { ca: emulator.ca },
    retryOptions: { maxRetries: 0 },
  })
  return { emulator, client, nodes, pools: client.agentPools }
}

const gpuPool = {
  count: 1,
  vmSize: 'Standard_NC24ads_A100_v4',
  osType: 'Linux',
  mode: 'User',
  typePropertiesType: 'VirtualMachineScaleSets',
  osDiskSizeGB: 128,
  nodeLabels: { 'kaito.sh/workspace': 'phi' },
  nodeTaints: ['sku=gpu:NoSchedule'],
  tags: { owner: 'claim-1' },
}

test('creates a pool, joins its node before the create ends, and bills until the pool is gone', async () => {
  const { emulator, pools, nodes } = await start()
  await pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool, { ifNoneMatch: '*' }).submitted()
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Creating')

  emulator.advance(71)
  const node = [...nodes.values()].find(({ metadata }) => metadata.labels.agentpool === 'ws1')
  expect(node?.metadata.name).toMatch(/^aks-ws1-\d{8}-vmss000000$/)
  emulator.advance(19)
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Succeeded')

  await pools.delete('rg1', 'aks1', 'ws1').submitted()
  expect((await pools.get('rg1', 'aks1', 'ws1')).provisioningState).toBe('Deleting')
  emulator.advance(30)
  await expect(pools.get('rg1', 'aks1', 'ws1')).rejects.toMatchObject({ statusCode: 404, code: 'NotFound' })
  expect(nodes.has(node?.metadata.name ?? '')).toBe(false)
  expect(emulator.ledger.gpuMinutes()).toBe(2)
  expect(emulator.ledger.livePools()).toEqual([])
})

test('follows a create to its end with the poller of the SDK', async () => {
  const { emulator, pools } = await start()
  const poller = pools.createOrUpdate('rg1', 'aks1', 'ws1', gpuPool)
  await poller.submitted()
  await poller.poll()
  expect(poller.isDone).toBe(false)
  emulator.advance(90)
  const pool = await poller
  expect(pool).toMatchObject({ name: 'ws1', provisioningState: 'Succeeded', osSKU: 'Ubuntu' })
})
