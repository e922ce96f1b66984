import { expect, test } from 'vitest'
import { type ControllerOptions, createController, type Reconcile, watching } from './controller.ts'
import { NODES } from './core-resources.ts'
import { ApiError, ApiUnreachable } from './errors.ts'
import { createMetrics } from './metrics.ts'
import { createFakeCluster } from './testing/fake-cluster.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { createMemoryLog } from './testing/memory-log.ts'

function start(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = createManualClock()
  const log = createMemoryLog()
  const metrics = createMetrics()
  const stop = new AbortController()
  const controller = createController({
    name: 'nodes',
    reconcile,
    watches: [],
    clock,
    random: () => 1,
    log,
    metrics,
    backoff: { baseMs: 100, capMs: 1000 },
    ...options,
  })
  const ended = controller.run(stop.signal)
  return { clock, log, metrics, controller, stop: () => stop.abort(), ended }
}

test('reconciles the keys of every change, after the caches are complete', async () => {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const nodes = cluster.cacheOf(NODES)
  cluster.put(NODES, { metadata: { name: 'old' } })
  const keys: string[] = []
  const { promise: synced, resolve: sync } = Promise.withResolvers<void>()
  const watch = { ...watching(nodes, ({ object }) => [object.metadata.name]), untilSynced: () => synced }
  start(async (key) => void keys.push(key), { watches: [watch] })
  await clock.settle()
  expect(keys).toEqual([])
  sync()
  await clock.settle()
  cluster.put(NODES, { metadata: { name: 'new' } })
  await clock.settle()
  expect(keys).toEqual(['old', 'new'])
})

test('comes back when the pass asked for it', async () => {
  let passes = 0
  const { clock, controller } = start(async () => {
    passes += 1
    return passes === 1 ? { revisitAfterMs: 5000 } : undefined
  })
  controller.enqueue('a')
  await clock.advance(4999)
  expect(passes).toBe(1)
  await clock.advance(60_000)
  expect(passes).toBe(2)
})

test('a failed pass is logged once with its key and tried again with growing delays', async () => {
  const times: number[] = []
  const { clock, controller, log } = start(async () => {
    times.push(clock.monotonic())
    if (times.length < 4) throw new Error('no luck')
  })
  controller.enqueue('a')
  await clock.advance(10_000)
  expect(times).toEqual([0, 100, 300, 700])
  expect(log.lines.map(({ level, fields }) => [level, fields.key, fields.retryInMs])).toEqual([
    ['error', 'a', 100],
    ['error', 'a', 200],
    ['error', 'a', 400],
  ])
})

test('waits as long as the refusal asks', async () => {
  const times: number[] = []
  const { clock, controller } = start(async () => {
    times.push(clock.monotonic())
    if (times.length === 1) {
      throw new ApiError({ status: 429, reason: 'TooManyRequests', message: 'busy', retryAfterMs: 7000 })
    }
  })
  controller.enqueue('a')
  await clock.advance(20_000)
  expect(times).toEqual([0, 7000])
})

test('a conflict is tried again soon, without an error in the log', async () => {
  let passes = 0
  const { clock, controller, log } = start(async () => {
    passes += 1
    if (passes === 1) throw new ApiError({ status: 409, reason: 'Conflict', message: 'modified' })
  })
  controller.enqueue('a')
  await clock.advance(100)
  expect(passes).toBe(2)
  expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
})

test('says once that the API is away, however many keys fail', async () => {
  const { clock, controller, log } = start(async () => {
    throw new ApiUnreachable('refused')
  })
  for (const key of ['a', 'b', 'c']) controller.enqueue(key)
  await clock.advance(5000)
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
})

test('a pass that takes too long has its signal aborted', async () => {
  const reasons: unknown[] = []
  const { clock, controller } = start(
    (_key, { signal }) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    {
      passTimeoutMs: 1000,
      log: {
        ...createMemoryLog(),
        child: () => ({ ...createMemoryLog(), error: (fields) => void reasons.push(fields) }),
      },
    },
  )
  controller.enqueue('a')
  await clock.advance(1000)
  expect(reasons).toMatchObject([{ err: { message: 'the pass took too long' } }])
})

test('stopping lets passes end, then aborts them, and starts no new ones', async () => {
  const seen: string[] = []
  const { clock, controller, stop, ended } = start(
    (key, { signal }) => {
      seen.push(key)
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
    { concurrency: 1, drainMs: 3000 },
  )
  controller.enqueue('a')
  controller.enqueue('b')
  await clock.settle()
  let over = false
  void ended.then(() => {
    over = true
  })
  stop()
  await clock.advance(2999)
  expect(over).toBe(false)
  await clock.advance(1)
  expect(over).toBe(true)
  expect(seen).toEqual(['a'])
})
