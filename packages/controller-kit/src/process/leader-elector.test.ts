import { expect, test } from 'vitest'
import { LEASES } from '../core-resources.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import { createMetrics } from '../metrics.ts'
import { createFakeCluster, type FakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createLeaderElector } from './leader-elector.ts'

const lease = { namespace: 'system', name: 'leader' }
const KEY = 'system/leader'

function aWorld() {
  const clock = createManualClock()
  return { clock, cluster: createFakeCluster({ clock }) }
}

function aCandidate({ clock, cluster }: { clock: ManualClock; cluster: FakeCluster }, identity: string) {
  const lost: string[] = []
  const stop = new AbortController()
  const elector = createLeaderElector({
    client: cluster.client,
    lease,
    identity,
    clock,
    log: createMemoryLog(),
    metrics: createMetrics(),
    onLost: (reason) => lost.push(reason),
  })
  const candidacy = elector.acquire(stop.signal)
  return { elector, lost, candidacy, stop: () => stop.abort() }
}

const spec = ({ cluster }: { cluster: FakeCluster }) => cluster.get(LEASES, KEY)?.spec

test('takes a lease that nobody holds, and renews it', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  expect(await a.candidacy).toBe(true)
  expect(spec(world)).toEqual({
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2030-01-01T00:00:00.000000Z',
    renewTime: '2030-01-01T00:00:00.000000Z',
    leaseTransitions: 0,
  })
  await world.clock.advance(60_000)
  expect(spec(world)).toMatchObject({
    acquireTime: '2030-01-01T00:00:00.000000Z',
    renewTime: '2030-01-01T00:01:00.000000Z',
  })
  expect(a.elector.isLeading()).toBe(true)
  expect(a.lost).toEqual([])
})

test('row 12: two candidates never lead at the same time; the second follows when the first hands over', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  const b = aCandidate(world, 'b')
  await world.clock.advance(60_000)
  expect([a.elector.isLeading(), b.elector.isLeading()]).toEqual([true, false])
  await a.elector.release()
  expect(spec(world)).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  await world.clock.advance(2000)
  expect([a.elector.isLeading(), b.elector.isLeading()]).toEqual([false, true])
  expect(spec(world)).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 15 })
  expect(a.lost).toEqual([])
})

test('a dead holder is followed only after its lease was seen unchanged for its whole duration', async () => {
  const world = aWorld()
  const renewTime = '2000-01-01T00:00:00.000000Z'
  world.cluster.put(LEASES, { metadata: lease, spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime } })
  const b = aCandidate(world, 'b')
  await world.clock.advance(14_000)
  world.clock.jumpWallClock(3_600_000)
  expect(b.elector.isLeading()).toBe(false)
  await world.clock.advance(2000)
  expect(await b.candidacy).toBe(true)
})

test('the same identity goes on at once after a restart', async () => {
  const world = aWorld()
  world.cluster.put(LEASES, {
    metadata: lease,
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 4 },
  })
  expect(await aCandidate(world, 'a').candidacy).toBe(true)
  expect(spec(world)?.leaseTransitions).toBe(4)
})

test('row 30: is lost, once, when it could not be renewed before the deadline, however fast the wall clock runs', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  for (let i = 0; i < 100; i += 1) world.cluster.failWrite({ when: 'before' })
  world.clock.jumpWallClock(3_600_000)
  await world.clock.advance(9_999)
  expect(a.lost).toEqual([])
  await world.clock.advance(60_000)
  expect(a.lost).toHaveLength(1)
  expect(a.elector.isLeading()).toBe(false)
  expect(world.clock.pending()).toBe(0)
})

test('survives lost answers and short outages', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  world.cluster.failWrite({ when: 'after' })
  world.cluster.failWrite({ when: 'before', nth: 3 })
  await world.clock.advance(60_000)
  expect(a.lost).toEqual([])
  expect(a.elector.isLeading()).toBe(true)
})

test.each<[string, Error]>([
  ['cannot be reached', new ApiUnreachable('refused')],
  ['is not ready', new ApiError({ status: 503, reason: 'ServiceUnavailable', message: 'starting' })],
  ['asks for fewer requests', new ApiError({ status: 429, reason: 'TooManyRequests', message: 'later' })],
  ['has not loaded its access rules', new ApiError({ status: 403, reason: 'Forbidden', message: 'no' })],
  ['has not loaded its kinds', new ApiError({ status: 404, reason: 'Unknown', message: '404 page not found' })],
])('row 32: outlives a restart of the server, which %s for less than the deadline', async (_case, error) => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  for (let renewal = 0; renewal < 15; renewal += 1) world.cluster.failWrite({ when: 'before', error })
  await world.clock.advance(60_000)
  expect(a.lost).toEqual([])
  expect(spec(world)).toMatchObject({ holderIdentity: 'a', renewTime: expect.stringContaining('2030-01-01T00:00:59') })
})

test('row 32: a candidate waits for a server that refuses it for a while', async () => {
  const world = aWorld()
  world.cluster.failReads(new ApiError({ status: 403, reason: 'Forbidden', message: 'no' }))
  const a = aCandidate(world, 'a')
  await world.clock.advance(60_000)
  expect(a.elector.leader()).toBeUndefined()
  world.cluster.failReads(undefined)
  await world.clock.advance(2_000)
  expect(a.elector.leader()).toBe('a')
})

test('a stand-by names who leads while it sees renewals, and not the one whose lease nobody renews', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  const b = aCandidate(world, 'b')
  await world.clock.settle()
  expect(b.elector.leader()).toBeUndefined()
  await world.clock.advance(5_000)
  expect([a.elector.leader(), b.elector.leader()]).toEqual(['a', 'a'])
  await a.elector.release()
  await world.clock.advance(2_000)
  expect([a.elector.leader(), b.elector.leader()]).toEqual([undefined, 'b'])
})

test.each<[string, (cluster: FakeCluster) => void]>([
  ['deleted', (cluster) => cluster.vanish(LEASES, KEY)],
  [
    'given to somebody else by hand',
    (cluster) =>
      void cluster.edit(LEASES, KEY, (object) => {
        object.spec = { ...object.spec, holderIdentity: 'somebody' }
      }),
  ],
])('is lost at the next renewal when the lease is %s', async (_case, interfere) => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  interfere(world.cluster)
  await world.clock.advance(2000)
  expect(a.lost).toHaveLength(1)
  await a.elector.release()
  expect(spec(world)?.holderIdentity).not.toBe('')
})

test('goes on although somebody annotates the lease', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  world.cluster.edit(LEASES, KEY, (object) => {
    object.metadata.annotations = { note: 'hello' }
  })
  await world.clock.advance(20_000)
  expect(a.elector.isLeading()).toBe(true)
})

test('a candidate gives up when told to, and leaves no timer', async () => {
  const world = aWorld()
  const a = aCandidate(world, 'a')
  await a.candidacy
  const b = aCandidate(world, 'b')
  await world.clock.advance(3000)
  b.stop()
  expect(await b.candidacy).toBe(false)
  await a.elector.release()
  expect(world.clock.pending()).toBe(0)
})
