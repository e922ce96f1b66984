import { FAILED_LAUNCHES_ANNOTATION, RETRY_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const MINUTE = 60_000
const choices = (...values: string[]) => ({
  requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }],
})
const refusal = (instanceType: string) =>
  new CloudError('NoCapacity', `no ${instanceType} left`, {
    choice: { instanceType, zone: undefined, capacityType: 'on-demand' },
  })

test('holds a claim before it asks the cloud for anything (M3)', async () => {
  const world = createWorld()
  world.cluster.failWrite({ when: 'before', matching: ({ resource }) => resource === 'machines' })
  world.claim()
  await world.settle()
  expect(world.cloud.calls().launch).toBe(0)
  await world.advance(1_000)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('never launches for a claim that is being deleted (M4)', async () => {
  const world = createWorld()
  world.claim({ metadata: { finalizers: ['somebody/else'], deletionTimestamp: world.nowIso() } })
  await world.advance(MINUTE)
  expect(world.cloud.calls().launch).toBe(0)
  expect(world.writes()).toEqual([])
})

test('does not launch on a cached claim that the server no longer has', async () => {
  const world = createWorld()
  world.cloud.inject({
    do: 'refuse',
    on: 'launch',
    error: new CloudError('Throttled', 'slow down', { retryAfterMs: 5_000 }),
  })
  world.claim()
  await world.settle()
  world.pauseCaches()
  world.cluster.vanish(world.machines, 'ws0123456ab')
  await world.advance(MINUTE)
  expect(world.cloud.instances()).toEqual([])
})

test('takes the next choice in the same pass when the first is refused', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: refusal('big') })
  world.claim({ spec: choices('big', 'small') })
  await world.settle()
  expect(world.cloud.launches().map(({ instanceType }) => instanceType)).toEqual(['small'])
})

test('remembers a refused choice for all claims', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: refusal('big') })
  world.claim({ spec: choices('big', 'small') })
  await world.settle()
  world.claim({ metadata: { name: 'ws2', uid: 'uid-2' }, spec: choices('big', 'small') })
  await world.settle()
  expect(world.cloud.launches().map(({ instanceType }) => instanceType)).toEqual(['small', 'small'])
  expect(world.cloud.calls().launch).toBe(3)
})

test('asks again ever more rarely, says when, never gives up, and keeps to it after a restart', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 1000, error: refusal('big') })
  world.claim({ spec: choices('big') })
  await world.settle()
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'NoCapacity' })
  expect(world.condition('MachineLaunched')?.message).toContain('no big left; next try at 2030-01-01T00:00:30')
  await world.advance(4 * 60 * MINUTE)
  const calls = world.cloud.calls().launch
  expect(calls).toBeGreaterThan(8)
  expect(calls).toBeLessThan(20)
  world.restart()
  await world.advance(MINUTE)
  expect(world.cloud.calls().launch).toBeLessThanOrEqual(calls + 1)
  world.cloud.clearFaults()
  world.guard.mayEnd = false
  await world.advance(31 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
})

test('row 33: repeats a throttled launch when the cloud allows, without a word on the claim that changes', async () => {
  const world = createWorld()
  const error = new CloudError('Throttled', 'request 1234 was throttled', { retryAfterMs: 7_000 })
  world.cloud.inject({ do: 'refuse', on: 'launch', times: 3, error })
  world.claim()
  await world.advance(20_000)
  expect(world.cloud.launches()).toHaveLength(0)
  const writes = world.writes().length
  await world.advance(2_000)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(writes).toBe(2)
})

test.each(['beforeApplying', 'afterApplying'] as const)(
  'row 6: launches once when the answer is lost %s',
  async (when) => {
    const world = createWorld()
    world.cloud.inject({ do: 'loseAnswer', on: 'launch', when })
    world.claim()
    await world.advance(10_000)
    expect(world.cloud.launches()).toHaveLength(1)
    expect(world.condition('MachineLaunched')).toMatchObject({ reason: 'PoolCreating' })
  },
)

test('gives a failed instance back and launches again, three times in all, and then stops with nothing left', async () => {
  const world = createWorld()
  const failure = { do: 'failLaunch', afterMs: 10_000, reason: 'NoCapacity', message: 'allocation failed' } as const
  world.cloud.inject({ ...failure, times: 10 })
  world.claim()
  await world.advance(30 * MINUTE)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2, 3])
  expect(world.cloud.instances()).toEqual([])
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'NoCapacity' })
  expect(world.condition('MachineLaunched')?.message).toContain(RETRY_ANNOTATION)
  const writes = world.cluster.writes.length
  await world.advance(60 * MINUTE)
  expect(world.cluster.writes.length).toBe(writes)

  world.cloud.clearFaults()
  world.cluster.edit(world.machines, 'ws0123456ab', (machine) => {
    machine.metadata.annotations = { ...machine.metadata.annotations, [RETRY_ANNOTATION]: 'now' }
  })
  await world.advance(10_000)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2, 3, 4])
  expect(world.condition('MachineLaunched')).toMatchObject({ message: 'launch 1 of 3 accepted by the cloud' })
})

test('repeats the deletion of a failed instance that the cloud refuses', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 1_000, reason: 'NoCapacity', message: 'none' })
  world.cloud.inject({ do: 'refuse', on: 'terminate', times: 3, error: new CloudError('ClusterBusy', 'busy') })
  world.claim()
  await world.advance(2 * MINUTE)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
})

test('starts again after a spec change', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 1_000, reason: 'NoCapacity', message: 'none', times: 3 })
  world.claim()
  await world.advance(30 * MINUTE)
  world.cluster.edit(world.machines, 'ws0123456ab', (machine) => {
    machine.spec = choices('other')
  })
  await world.advance(10_000)
  expect(world.cloud.launches().at(-1)).toMatchObject({ launch: 4, instanceType: 'other' })
})

test('writes a failed launch down before its instance is deleted', async () => {
  const world = createWorld()
  world.cloud.inject({ do: 'failLaunch', afterMs: 1_000, reason: 'NoCapacity', message: 'none' })
  world.claim()
  const onClaim = ({ resource, subresource }: { resource: string; subresource?: string | undefined }) =>
    resource === 'machines' && subresource === undefined
  for (const nth of [2, 3, 4]) world.cluster.failWrite({ when: 'before', nth, matching: onClaim })
  await world.advance(1_100)
  expect(world.cloud.instances()).toMatchObject([{ state: 'Failed' }])
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(10_000)
  expect(world.machine()?.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]).toContain('"last":1')
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test.each([
  ['the cloud never finishes', 'launchDeadlineMs', 46, 'PoolCreating'],
  ['no Node joins', 'registrationDeadlineMs', 18, 'NodeNotRegistered'],
] as const)('replaces an instance when %s', async (_case, _setting, minutes, reason) => {
  const world = createWorld()
  if (reason === 'PoolCreating') world.cloud.inject({ do: 'neverFinish', on: 'launch' })
  world.claim()
  await world.advance((minutes - 3) * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(6 * MINUTE)
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
  expect(world.machine()?.metadata.annotations?.[FAILED_LAUNCHES_ANNOTATION]).toContain(`"reason":"${reason}"`)
})

test('ends no launch that is late while deletions are paused', async () => {
  const world = createWorld()
  world.guard.mayEnd = false
  world.claim()
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  world.guard.mayEnd = true
  await world.advance(2 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws0123456ab'])
})

test('replaces a node whose GPUs never show, and says that no device plugin runs', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(61_000)
  world.join({ gpus: '0' })
  await world.advance(5_000)
  expect(world.condition('MachineInitialized')).toMatchObject({ status: 'False', reason: 'GPUNotRegistered' })
  expect(world.condition('MachineInitialized')?.message).toMatch(
    /"nvidia.com\/gpu" was requested but not registered.*No device plugin/,
  )
  await world.advance(21 * MINUTE)
  expect(world.nodes()).toEqual([])
  expect(world.cloud.launches().map(({ launch }) => launch)).toEqual([1, 2])
  expect(world.machine()?.status).not.toHaveProperty('providerID')
  await world.advance(61_000)
  world.join({ name: 'node-2' })
  await world.advance(1_000)
  expect(world.condition('Ready')).toMatchObject({ status: 'True' })
})

test('rows 34, 36: concludes nothing while the cloud cannot be listed', async () => {
  const world = createWorld()
  world.claim()
  await world.advance(30_000)
  world.cloud.inject({ do: 'refuse', on: 'list', times: 1000, error: new CloudError('CloudUnreachable', 'away') })
  await world.advance(60 * MINUTE)
  expect(world.cloud.launches()).toHaveLength(1)
  expect(world.cloud.terminations()).toEqual([])
})

test('keeps to the limit of nodes, oldest claims first', async () => {
  const world = createWorld({ settings: { maxNodes: 1 } })
  world.claim()
  await world.advance(1_000)
  world.claim({ metadata: { name: 'ws2', uid: 'uid-2' } })
  await world.advance(1_000)
  expect(world.cloud.launches()).toHaveLength(1)
  const second = world.machine('ws2')?.status?.conditions?.find(({ type }) => type === 'MachineLaunched')
  expect(second).toMatchObject({ status: 'False', reason: 'LimitReached' })
  world.cluster.delete(world.machines, 'ws0123456ab')
  await world.advance(3 * MINUTE)
  expect(world.cloud.launches().map(({ name }) => name)).toEqual(['ws0123456ab', 'ws2'])
})

test('says so when no instance type is named', async () => {
  const world = createWorld()
  world.claim({ spec: {} })
  await world.settle()
  expect(world.condition('MachineLaunched')).toMatchObject({ status: 'False', reason: 'InvalidRequest' })
  expect(world.cloud.calls().launch).toBe(0)
})
