import { expect, test } from 'vitest'
import { createCollectorWorld } from '../testing/collector-world.ts'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const SECOND = 1_000
const MINUTE = 60 * SECOND
const CREATION = 70 * SECOND
const linked = { 'karpenter.sh/linked': 'fake:///node-1' }

test('M10 a status that cannot be written after the launch causes no second launch', async () => {
  const world = createWorld()
  for (let nth = 1; nth <= 3; nth += 1) {
    world.cluster.failWrite({ nth, when: 'before', matching: ({ subresource }) => subresource === 'status' })
  }
  world.claim()
  await world.advance(CREATION)
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'PoolCreating' })
  expect(world.cloud.launches()).toHaveLength(1)
})

test('M11 a Machine that is linked to what exists is served without a launch', async () => {
  const world = createWorld()
  const machine = world.claim({ metadata: { annotations: linked } })
  world.cloud.plant({ name: NAME, claimUid: machine.metadata.uid, launch: 1 })
  world.join()
  await world.advance(MINUTE)
  expect(world.machine()?.status).toMatchObject({ nodeName: 'node-1', providerID: 'fake:///node-1' })
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.cloud.calls().launch).toBe(0)
})

test('M12 a Machine that is linked to nothing ends', async () => {
  const world = createCollectorWorld()
  world.machine('ws1', { metadata: { annotations: linked }, status: {} })
  world.orphan('another')
  world.machine('another')
  await world.advance(20 * MINUTE)
  expect(world.leaving()).toEqual(['ws1'])
})

test('M13 a Machine that waits for its Node costs nothing', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(CREATION)
  expect(world.condition('MachineRegistered')).toMatchObject({
    status: 'False',
    reason: 'NodeNotFound',
    message: 'Node not registered with cluster',
  })
  const writes = world.writes().length
  const { get } = world.cloud.calls()
  await world.advance(10 * MINUTE)
  expect(world.writes()).toHaveLength(writes)
  expect(world.cloud.calls().get).toBe(get)
})

test('M14 a Machine with two Nodes says so until one is gone', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(CREATION)
  world.join({ ready: 'False' })
  world.join({ ready: 'False', name: 'node-2' })
  await world.advance(5 * SECOND)
  expect(world.condition('MachineRegistered')).toMatchObject({ status: 'False', reason: 'MultipleNodesFound' })
  world.cluster.vanish(world.nodeResource, 'node-2')
  await world.advance(5 * SECOND)
  expect(world.condition('MachineRegistered')).toMatchObject({ status: 'True' })
})

test('M28 a Machine that is registered is never deleted, and one in use costs nothing', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(CREATION)
  world.join()
  await world.advance(MINUTE)
  const writes = world.writes().length
  await world.advance(24 * 60 * MINUTE)
  expect(world.machine()?.metadata.deletionTimestamp).toBeUndefined()
  expect(world.writes()).toHaveLength(writes)
})

test('M42 a node that loses much is told by an event, at most every ten minutes', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(CREATION)
  world.join({ gpus: '8' })
  await world.advance(MINUTE)
  const has = async (gpus: string) => {
    world.cluster.edit(world.nodeResource, 'node-1', ({ status }) => {
      Object.assign(status?.capacity ?? {}, { 'nvidia.com/gpu': gpus })
    })
    await world.advance(MINUTE)
  }
  for (let nth = 0; nth < 4; nth += 1) {
    await has('7')
    await has('8')
  }
  const told = () => world.events.filter(({ reason }) => reason === 'FailedConsistencyCheck')
  expect(told()).toMatchObject([{ type: 'Warning', message: expect.stringContaining('found 7') }])
  await world.advance(10 * MINUTE)
  await has('7')
  expect(told()).toHaveLength(2)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.machine()?.status?.conditions?.map(({ type }) => type)).not.toContain('ConsistentStateFound')
})
