import { NODES } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { claimName } from '../slots/claim-name.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aMachineWorld } from '../testing/machine-world.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { serveMachine } from '../testing/serve-machine.ts'
import { createMachineNodeProvisioner } from './machine-node-provisioner.ts'
import { MACHINES, machineObject } from './machine-object.ts'

const call = { signal: new AbortController().signal }
const CLAIM = claimName({ workspaceUid: 'uid-1', ordinal: 0, attempt: 0 })
const RECORD = { ordinal: 0, attempt: 0, claimName: CLAIM }
const EXISTING = { ordinal: 0, attempt: 0, nodeName: 'gpu-1' }

const prefers = (parts: Parameters<typeof aNodeRequest>[0] = {}) => aNodeRequest({ existingNodes: 'Prefer', ...parts })

test('a claim that only the server knows is not bought beside an existing node', async () => {
  const { cluster, machines, provisioner } = aMachineWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  machines.pause()
  cluster.put(MACHINES, machineObject(aNodeRequest(), CLAIM))
  expect(await provisioner.request(prefers(), call)).toEqual([RECORD])
})

test('a node on record of another Workspace stays with it', async () => {
  const { cluster, provisioner } = aMachineWorld({ reserved: ['gpu-1'] })
  cluster.put(NODES, anExistingNode('gpu-1'))
  expect(await provisioner.request(prefers(), call)).toEqual([RECORD])
})

test('the records of others are read only where a node could serve', async () => {
  const { cluster, provisioner, reservations } = aMachineWorld()
  cluster.put(NODES, anExistingNode('gpu-1', { spec: { unschedulable: true } }))
  await provisioner.request(prefers(), call)
  expect(reservations).not.toHaveBeenCalled()
})

test('without a way to read the records of others no existing node is taken', async () => {
  const { clock, cluster, machines, nodes } = aMachineWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  const provisioner = createMachineNodeProvisioner({ client: cluster.client, machines, nodes, clock })
  expect(await provisioner.request(prefers(), call)).toEqual([RECORD])
})

test('the node of an own claim is no existing node', async () => {
  const { cluster, provisioner } = aMachineWorld()
  await provisioner.request(prefers(), call)
  serveMachine(cluster, CLAIM)
  const [, second] = await provisioner.request(prefers({ count: 2, slots: [RECORD] }), call)
  expect(second).toMatchObject({ ordinal: 1, claimName: expect.any(String) })
})

test('a claim that vanished is replaced by a claim', async () => {
  const { clock, cluster, provisioner } = aMachineWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  const gone = { ...RECORD, retryAt: new Date(clock.now()).toISOString() }
  expect(await provisioner.request(prefers({ slots: [gone] }), call)).toMatchObject([
    { attempt: 1, claimName: expect.any(String) },
  ])
})

test('a cache that has not seen a recorded node is not taken as its end', async () => {
  const { cluster, nodes, provisioner } = aMachineWorld()
  nodes.pause()
  cluster.put(NODES, anExistingNode('gpu-1'))
  expect(await provisioner.supply(prefers({ slots: [EXISTING] }), call)).toMatchObject({ phase: 'ready' })
})

test('a read that fails is no proof that a node is gone', async () => {
  const { cluster, provisioner } = aMachineWorld()
  cluster.failReads(new Error('away'))
  await expect(provisioner.supply(prefers({ slots: [EXISTING] }), call)).rejects.toThrow('away')
})

test('nothing is ever written on an existing node', async () => {
  const { cluster, provisioner } = aMachineWorld()
  cluster.put(NODES, anExistingNode('gpu-1'))
  const slots = await provisioner.request(prefers(), call)
  await provisioner.supply(prefers({ slots }), call)
  expect(await provisioner.giveBack(prefers().workspace, call)).toEqual({ released: true })
  expect(await provisioner.release(prefers().workspace, call)).toEqual({ released: true })
  expect(cluster.writes).toEqual([])
})

test('a heartbeat of an existing node is no news, and its loss is', async () => {
  const { cluster, provisioner, told } = aMachineWorld()
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
