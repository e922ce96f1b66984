import { NODES } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { claimName } from '../slots/claim-name.ts'
import { aClaimWorld } from '../testing/claim-world.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { serveClaim } from '../testing/serve-claim.ts'
import { machineObject } from '../testing/wanted-claim.ts'
import { MACHINES } from './machine-kind.ts'

const call = { signal: new AbortController().signal }
const CLAIM = claimName({ workspaceUid: 'uid-1', ordinal: 0, attempt: 0 })
const RECORD = { ordinal: 0, attempt: 0, claimName: CLAIM }
const EXISTING = { ordinal: 0, attempt: 0, nodeName: 'gpu-1' }

const prefers = (parts: Parameters<typeof aNodeRequest>[0] = {}) => aNodeRequest({ existingNodes: 'Prefer', ...parts })

test('a claim that only the server knows is not bought beside an existing node', async () => {
  const { cluster, machines, provisioner } = aClaimWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  machines.pause()
  cluster.put(MACHINES, machineObject(aNodeRequest(), CLAIM))
  expect(await provisioner.request(prefers(), call)).toEqual([RECORD])
})

test('a node on record of another Workspace stays with it', async () => {
  const { cluster, provisioner } = aClaimWorld({ reserved: ['gpu-1'] })
  cluster.put(NODES, anExistingNode('gpu-1'))
  expect(await provisioner.request(prefers(), call)).toEqual([RECORD])
})

test('the records of others are read only where a node could serve', async () => {
  const { cluster, provisioner, reservations } = aClaimWorld()
  cluster.put(NODES, anExistingNode('gpu-1', { spec: { unschedulable: true } }))
  await provisioner.request(prefers(), call)
  expect(reservations).not.toHaveBeenCalled()
})

test('the node of an own claim is no existing node', async () => {
  const { cluster, provisioner } = aClaimWorld()
  await provisioner.request(prefers(), call)
  serveClaim(cluster, CLAIM)
  const [, second] = await provisioner.request(prefers({ count: 2, slots: [RECORD] }), call)
  expect(second).toMatchObject({ ordinal: 1, claimName: expect.any(String) })
})

test('a claim that vanished is replaced by a claim', async () => {
  const { clock, cluster, provisioner } = aClaimWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  const gone = { ...RECORD, retryAt: new Date(clock.now()).toISOString() }
  expect(await provisioner.request(prefers({ slots: [gone] }), call)).toMatchObject([
    { attempt: 1, claimName: expect.any(String) },
  ])
})

test('a cache that has not seen a recorded node is not taken as its end', async () => {
  const { cluster, nodes, provisioner } = aClaimWorld()
  nodes.pause()
  cluster.put(NODES, anExistingNode('gpu-1'))
  expect(await provisioner.supply(prefers({ slots: [EXISTING] }), call)).toMatchObject({ phase: 'ready' })
})

test('a read that fails is no proof that a node is gone', async () => {
  const { cluster, provisioner } = aClaimWorld()
  cluster.failReads(new Error('away'))
  await expect(provisioner.supply(prefers({ slots: [EXISTING] }), call)).rejects.toThrow('away')
})

test('nothing is ever written on an existing node', async () => {
  const { cluster, provisioner } = aClaimWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  const slots = await provisioner.request(prefers(), call)
  await provisioner.supply(prefers({ slots }), call)
  expect(await provisioner.giveBack(prefers().workspace, call)).toEqual({ released: true })
  expect(await provisioner.release(prefers().workspace, call)).toEqual({ released: true })
  expect(cluster.writes).toEqual([])
})

test('a heartbeat of an existing node is no news, and its loss is', async () => {
  const { cluster, provisioner, told } = aClaimWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  cluster.put(NODES, anExistingNode('gpu-2'))
  await provisioner.supply(prefers({ slots: [EXISTING] }), call)
  const silence = (name: string) =>
    cluster.edit(NODES, name, ({ status }) => {
      if (status) status.conditions = [{ type: 'Ready', status: 'Unknown' }]
    })
  cluster.edit(NODES, 'gpu-1', ({ metadata }) => {
    metadata.annotations = { seen: 'now' }
  })
  silence('gpu-2')
  expect(told).toEqual([])
  silence('gpu-1')
  expect(told).toEqual(['default/phi-3'])
})
