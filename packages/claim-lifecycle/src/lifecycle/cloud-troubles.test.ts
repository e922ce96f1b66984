import { FAILED_LAUNCHES_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { describe, expect, test } from 'vitest'
import { createReadyWorld, createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const SECOND = 1_000
const MINUTE = 60_000

type World = ReturnType<typeof createWorld>

function refuse(world: World, on: 'list' | 'get' | 'terminate', error: CloudError): void {
  world.cloud.inject({ do: 'refuse', on, times: 10_000, error })
}

/** Nothing is written, in the cluster or the cloud, for ten minutes. */
async function rests(world: World): Promise<void> {
  const effects = world.crash.effects()
  await world.advance(10 * MINUTE)
  expect(world.crash.effects()).toBe(effects)
}

const noRights = new CloudError('Unauthorized', 'no right to read agent pools', { remedy: 'Give it a role' })
const silent = new CloudError('CloudUnreachable', 'socket hang up 4711')

describe('row 26: rights that are lost', () => {
  test('during a deletion keep the claim, which says what is missing, and it goes when they are back', async () => {
    const world = await createReadyWorld()
    world.cluster.delete(world.machines, NAME)
    await world.advance(SECOND)
    expect(world.cloud.terminations()).toEqual([NAME])
    for (const on of ['list', 'get', 'terminate'] as const) refuse(world, on, noRights)
    await world.advance(2 * MINUTE)
    expect(world.cloud.instances()).toEqual([])
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Unauthorized',
      message: expect.stringMatching(/no right to read agent pools. Give it a role/),
    })
    const calls = world.cloud.calls()
    await world.advance(20 * MINUTE)
    expect(world.machine()?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
    expect(world.cloud.calls().get - calls.get).toBeLessThan(25)
    world.cloud.clearFaults()
    await world.advance(2 * MINUTE)
    expect(world.machine()).toBeUndefined()
    expect(world.cloud.terminations()).toEqual([NAME])
    await rests(world)
  })

  test('before a launch are said on the claim, at once and in the same words, and it is launched when they are back', async () => {
    const world = createWorld()
    refuse(world, 'list', noRights)
    world.restart()
    world.claim()
    await world.advance(5 * SECOND)
    const told = world.condition('MachineLaunched')
    expect(told).toMatchObject({ status: 'False', reason: 'Unauthorized' })
    await rests(world)
    expect(world.condition('MachineLaunched')).toEqual(told)
    expect(world.cloud.calls().launch).toBe(0)
    world.cloud.clearFaults()
    await world.advance(2 * MINUTE)
    expect(world.cloud.launches()).toHaveLength(1)
    expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'PoolCreating' })
  })
})

describe('row 34: a cloud that is away', () => {
  test('for long is said on the claim that waits for its launch; for a moment it is not', async () => {
    const world = createWorld()
    refuse(world, 'list', silent)
    await world.advance(SECOND)
    world.cloud.clearFaults()
    await world.advance(10 * SECOND)
    refuse(world, 'list', silent)
    await world.advance(5 * MINUTE)
    world.claim()
    await world.advance(5 * SECOND)
    expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'CloudUnreachable' })
    await rests(world)
    world.cloud.clearFaults()
    await world.advance(2 * MINUTE)
    expect(world.cloud.launches()).toHaveLength(1)
  })

  test('does not take back what is known of a launch, nor lengthen its deadline', async () => {
    const world = createWorld()
    world.cloud.inject({ do: 'neverFinish', on: 'launch' })
    world.claim()
    await world.advance(SECOND)
    refuse(world, 'list', noRights)
    await world.advance(20 * MINUTE)
    expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'PoolCreating' })
    world.cloud.clearFaults()
    await world.advance(26 * MINUTE)
    expect(world.cloud.terminations()).toEqual([NAME])
  })
})

test('row 33: what holds back a launch for an hour holds back no deletion', async () => {
  const world = createWorld()
  const error = new CloudError('Throttled', 'slow down', { retryAfterMs: 60 * MINUTE })
  world.cloud.inject({ do: 'refuse', on: 'launch', error })
  world.claim()
  await world.advance(10 * SECOND)
  expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'Throttled' })
  expect(world.cloud.calls().launch).toBe(1)
  world.cluster.delete(world.machines, NAME)
  await world.advance(2 * MINUTE)
  expect(world.machine()).toBeUndefined()
  expect(world.cloud.instances()).toEqual([])
})

test('row 23: an instance that is created without end says so, is given back in time, and the claim stays held', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim()
  await world.advance(44 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'PoolCreating' })
  await world.advance(90 * SECOND)
  expect(world.cloud.terminations()).toEqual([NAME])
  const recorded = world.machine()?.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]
  expect(recorded).toMatch(/not finished|45 minutes/)
  expect(world.machine()?.metadata.finalizers).toEqual(['karpenter.sh/termination'])
  await world.advance(5 * MINUTE)
  world.join()
  await world.advance(MINUTE)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
  await rests(world)
})

test('row 23: one that is created without end while its claim is deleted goes with it', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim()
  await world.advance(50 * SECOND)
  world.cluster.delete(world.machines, NAME)
  await world.advance(2 * MINUTE)
  expect([world.machine(), ...world.cloud.instances()]).toEqual([undefined])
  await rests(world)
})
