import { FAILED_LAUNCHES_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const twoGpus = {
  spec: {
    requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['big'] }],
    resources: { requests: { 'nvidia.com/gpu': 2 } },
  },
}

type World = ReturnType<typeof createWorld>

function end(world: World) {
  const { reason, message } = world.condition('MachineLaunched') ?? {}
  return {
    launches: world.cloud.launches().length,
    left: world.cloud.instances().length,
    nodes: world.nodes().length,
    reason,
    message,
  }
}

test('row 7: a creation that fails after ten minutes is deleted and launched again, three times, and then nothing is left', async () => {
  const world = createWorld()
  const failure = { do: 'failLaunch', afterMs: 10 * MINUTE, reason: 'NoCapacity', message: 'AllocationFailed' } as const
  world.cloud.inject({ ...failure, times: 10 })
  world.claim()
  await world.advance(11 * MINUTE)
  expect(world.machine()?.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]).toContain('AllocationFailed')
  await world.advance(30 * MINUTE)
  expect(end(world)).toMatchObject({
    launches: 3,
    left: 0,
    reason: 'NoCapacity',
    message: expect.stringContaining('AllocationFailed'),
  })
})

test('row 8: an instance whose Node never registers is replaced, three times, and then nothing is left', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(15 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(45 * MINUTE)
  expect(end(world)).toMatchObject({ launches: 3, left: 0, reason: 'NodeNotRegistered' })
})

test('row 8: the time for the Node begins when the instance is finished, however long that took', async () => {
  const world = createWorld({ createMs: 40 * MINUTE })
  world.claim()
  await world.advance(54 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  world.join()
  await world.advance(1_000)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
})

test('row 9: a node with fewer GPUs than the claim asks for is replaced after its own deadline', async () => {
  const world = createWorld()
  world.claim(twoGpus)
  await world.advance(61_000)
  world.join({ gpus: '1' })
  await world.advance(5_000)
  expect(world.condition('MachineInitialized')).toMatchObject({ status: 'False', reason: 'GPUNotRegistered' })
  await world.advance(19 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(3 * MINUTE)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
  expect(world.nodes()).toEqual([])
})

test('row 9: GPUs that come late, within the deadline, end well', async () => {
  const world = createWorld()
  world.claim(twoGpus)
  await world.advance(61_000)
  world.join({ gpus: '0' })
  await world.advance(15 * MINUTE)
  world.cluster.edit(world.nodeResource, 'node-1', (node) => {
    node.status = { ...node.status, allocatable: { 'nvidia.com/gpu': '2' } }
  })
  await world.advance(1_000)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  await world.advance(HOUR)
  expect(world.cloud.terminations()).toEqual([])
})

test('row 25: an instance that failed and comes to life while it is given back is given back all the same', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 5_000, reason: 'Unknown', message: 'timeout' })
  world.cloud.inject({ do: 'neverFinish', on: 'terminate' })
  world.claim()
  await world.advance(10_000)
  expect(world.machine()?.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]).toContain('"last":1')
  world.cloud.vanish('ws0123456ab')
  world.cloud.plant({ ...late(world), state: 'Running' })
  world.join()
  await world.advance(5 * MINUTE)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
  expect(world.cloud.instances()).toMatchObject([{ launch: 2 }])
  expect(world.nodes()).toEqual([])
})

test('row 25: an instance of the last launch that appears late is deleted with its Node', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 5_000, reason: 'Unknown', message: 'timeout', times: 3 })
  world.claim()
  await world.advance(HOUR)
  expect(end(world)).toMatchObject({ launches: 3, left: 0 })
  world.cloud.plant({ ...late(world), launch: 3, state: 'Running' })
  world.join()
  await world.advance(10 * MINUTE)
  expect(end(world)).toMatchObject({ launches: 3, left: 0, nodes: 0 })
})

test('a creation that is reported failed and succeeds before anybody looks ends well', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 30_000, reason: 'Unknown', message: 'timeout' })
  world.claim()
  await world.advance(1_000)
  world.cloud.change('ws0123456ab', { state: 'Running', failure: undefined })
  world.cloud.vanish('ws0123456ab')
  world.cloud.plant({ ...late(world), state: 'Running' })
  await world.advance(MINUTE)
  world.join()
  await world.advance(1_000)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.cloud.launches()).toHaveLength(1)
})

/** What the first launch made, as it shows when it comes to life after all. */
function late(world: World) {
  return { name: 'ws0123456ab', claimUid: world.machine()?.metadata.uid, launch: 1, claimCreatedAt: world.nowIso() }
}

test.each([
  ['while the cloud creates', 1_000, false],
  ['while the Node is missing', 2 * MINUTE, false],
  ['while the GPUs are missing', 2 * MINUTE, true],
])('row 63: a clock that jumps forward a day ends no launch %s', async (_when, afterMs, joins) => {
  const world = createWorld({ createMs: 90_000 })
  world.claim()
  await world.advance(afterMs)
  if (joins) world.join({ gpus: '0' })
  await world.advance(5_000)
  world.clock.jumpWallClock(DAY)
  await world.advance(10 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.machine()?.metadata.annotations ?? {}).not.toHaveProperty([FAILED_LAUNCHES_ANNOTATION])
})

test('row 63: a launch that never finishes ends in its time although the clock jumped back', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim()
  await world.advance(MINUTE)
  world.clock.jumpWallClock(-DAY)
  await world.advance(46 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test('row 63: a refusal does not last a day because the clock jumped back', async () => {
  const world = createWorld()
  const error = new CloudError('NoCapacity', 'none left', { retryAfterMs: 20 * MINUTE })
  world.cloud.inject({ do: 'refuse', on: 'launch', error })
  world.claim()
  await world.advance(MINUTE)
  world.clock.jumpWallClock(-DAY)
  await world.advance(20 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('row 63: a deadline goes on over a restart', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim()
  await world.advance(30 * MINUTE)
  world.restart()
  await world.advance(13 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(3 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test('a launch that was long refused gets its whole time, whatever becomes of the word that it was accepted', async () => {
  const world = createWorld({ settings: { maxNodes: 0 } })
  world.claim()
  await world.advance(2 * HOUR)
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'LimitReached' })
  world.cloud.plant({ ...late(world), state: 'Creating' })
  await world.advance(10 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
})
