import { LAUNCH_REFUSALS_ANNOTATION, RETRY_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000
const sizes = (...values: string[]) => ({
  requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }],
})
const noCapacity = (retryAfterMs?: number) =>
  new CloudError('NoCapacity', 'none left', { ...(retryAfterMs !== undefined && { retryAfterMs }) })
const named = (nth: number) => ({ name: `ws${nth}`, uid: `uid-${nth}` })

test('row 11: nothing possible names every choice, why it was refused and the next try, and costs no attempt', async () => {
  const world = createWorld()
  const quota = new CloudError('QuotaExceeded', 'needs 24 vCPUs of family A, limit 0, used 0')
  world.cloud.inject({ do: 'refuse', on: 'launch', error: quota })
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity() })
  world.claim({ spec: sizes('big', 'small') })
  await world.settle()
  const launched = world.condition('MachineLaunched')
  expect(launched).toMatchObject({ status: 'False', reason: 'QuotaExceeded' })
  expect(launched?.message).toBe(
    'none of 2 choices can be had now; big: QuotaExceeded, needs 24 vCPUs of family A, limit 0, used 0; small: NoCapacity, none left; next try at 2030-01-01T00:00:30.000Z',
  )
  expect(world.cloud.instances()).toEqual([])
  expect(world.machine()?.metadata.annotations).not.toHaveProperty('kaito.sh/failed-launches')
})

test('asks again when the cloud says, not when the claim would', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity(10 * MINUTE) })
  world.claim()
  await world.advance(9 * MINUTE)
  expect(world.cloud.calls().launch).toBe(1)
  await world.advance(2 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('never waits longer than the settings allow, whatever the cloud says', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity(24 * 60 * MINUTE) })
  world.claim()
  await world.advance(31 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('does not ask again after a restart for what any claim was refused', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity(10 * MINUTE) })
  world.claim({ spec: sizes('big') })
  await world.advance(1_000)
  world.restart()
  world.claim({ metadata: named(2), spec: sizes('big', 'small') })
  world.claim({ metadata: named(3), spec: sizes('big') })
  await world.advance(1_000)
  expect(world.cloud.launches()).toMatchObject([{ name: 'ws2', instanceType: 'small' }])
  expect(world.cloud.calls().launch).toBe(2)
})

test('remembers after a restart what a claim was refused that took another choice', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity(10 * MINUTE) })
  world.claim({ spec: sizes('big', 'small') })
  await world.advance(1_000)
  expect(world.events).toContainEqual({
    type: 'Warning',
    reason: 'NoCapacity',
    message: 'none left; launched small instead',
  })
  world.restart()
  world.claim({ metadata: named(2), spec: sizes('big', 'small') })
  await world.advance(1_000)
  expect(world.cloud.launches().map(({ instanceType }) => instanceType)).toEqual(['small', 'small'])
  expect(world.cloud.calls().launch).toBe(3)
})

test('many claims that wait for one size ask for it once at a time', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 10_000, error: noCapacity(5 * MINUTE) })
  for (let nth = 1; nth <= 40; nth += 1) world.claim({ metadata: named(nth), spec: sizes('big') })
  await world.advance(1_000)
  const first = world.cloud.calls().launch
  expect(first).toBeLessThanOrEqual(40)
  await world.advance(30 * MINUTE)
  const later = world.cloud.calls().launch - first
  expect(later).toBeGreaterThan(2)
  expect(later).toBeLessThan(10)
})

test('gives what becomes free to the claim that waits longest', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 10_000, error: noCapacity(5 * MINUTE) })
  for (const nth of [3, 1, 2]) {
    world.claim({ metadata: named(nth), spec: sizes('big') })
    await world.advance(2_000)
  }
  await world.advance(20 * MINUTE)
  world.cloud.clearFaults()
  await world.advance(6 * MINUTE)
  expect(world.cloud.launches().map(({ name }) => name)).toEqual(['ws3', 'ws1', 'ws2'])
})

test('tells of a refusal once, not with every try', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 1_000, error: noCapacity() })
  world.claim()
  await world.advance(4 * 60 * MINUTE)
  expect(world.cloud.calls().launch).toBeGreaterThan(8)
  expect(world.events.filter(({ reason }) => reason === 'NoCapacity')).toHaveLength(1)
})

test.each(['retry', 'spec'])('asks anew when the user changes the %s', async (what) => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: noCapacity(20 * MINUTE) })
  world.claim({ spec: sizes('big') })
  await world.advance(MINUTE)
  expect(world.machine()?.metadata.annotations).toHaveProperty([LAUNCH_REFUSALS_ANNOTATION])
  world.cluster.edit(world.machines, 'ws0123456ab', (machine) => {
    if (what === 'spec') machine.spec = { ...sizes('big'), taints: [] }
    else machine.metadata.annotations = { ...machine.metadata.annotations, [RETRY_ANNOTATION]: 'now' }
  })
  await world.advance(1_000)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('warns once of a size that the cloud advises against, and tries it all the same', async () => {
  const advice = ({ instanceType }: { instanceType: string }) =>
    instanceType === 'old' ? 'old is retired: use new' : undefined
  const world = createWorld({ advice })
  const throttled = new CloudError('Throttled', 'slow down', { retryAfterMs: 5_000 })
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 3, error: throttled })
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 2, error: noCapacity() })
  world.claim({ spec: sizes('old') })
  await world.advance(5 * MINUTE)
  expect(world.cloud.launches()).toMatchObject([{ instanceType: 'old' }])
  const warnings = world.events.filter(({ message }) => message.includes('retired'))
  expect(warnings).toEqual([{ type: 'Warning', reason: 'InstanceTypeAdvice', message: 'old is retired: use new' }])
})

test('leaves out sizes with fewer GPUs than the claim asks for', async () => {
  const world = createWorld({ gpus: { one: 1, four: 4 } })
  world.claim({ spec: { ...sizes('one', 'four'), resources: { requests: { 'nvidia.com/gpu': 2 } } } })
  await world.advance(1_000)
  expect(world.cloud.launches()).toMatchObject([{ instanceType: 'four' }])
})

test('row 35: a busy cluster costs no attempt and no write, and the launch follows when it is free', async () => {
  const world = createWorld()
  const busy = new CloudError('ClusterBusy', 'another operation is in progress', { retryAfterMs: 20_000 })
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 5, error: busy })
  world.claim()
  await world.advance(1_000)
  const writes = world.writes().length
  await world.advance(90_000)
  expect(world.writes()).toHaveLength(writes)
  await world.advance(60_000)
  expect(world.cloud.launches()).toMatchObject([{ launch: 1 }])
})

test('row 78: a limit of the cloud is waited for in order, oldest first', async () => {
  const world = createWorld()
  const full = new CloudError('LimitReached', 'the cluster has 100 of 100 pools')
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 4, error: full })
  for (const nth of [2, 1]) {
    world.claim({ metadata: named(nth) })
    await world.advance(1_000)
  }
  expect(world.machine('ws1')?.status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'MachineLaunched',
      reason: 'LimitReached',
      message: expect.stringContaining('100 of 100'),
    }),
  )
  await world.advance(5 * MINUTE)
  expect(world.cloud.launches().map(({ name }) => name)).toEqual(['ws2', 'ws1'])
})
