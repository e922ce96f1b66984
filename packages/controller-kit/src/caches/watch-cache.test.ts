import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createConnection } from '../connection/connection.ts'
import { NODES, type Node } from '../core-objects.ts'
import { createMetrics } from '../metrics.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { type Exchange, type StubApiServer, startStubApiServer } from '../testing/stub-api-server.ts'
import { type CacheOptions, createCache } from './watch-cache.ts'

let server: StubApiServer
let stop: () => Promise<void>

beforeEach(async () => {
  server = await startStubApiServer()
})
afterEach(async () => {
  await stop()
  await server.stop()
})

function run(options: Partial<CacheOptions<Node>> = {}) {
  const clock = createManualClock()
  const log = createMemoryLog()
  const metrics = createMetrics()
  const connection = createConnection({ kubeConfigPath: server.kubeConfigPath, userAgent: 'test', clock, metrics })
  const cache = createCache({ connection, resource: NODES, clock, random: () => 1, log, metrics, ...options })
  const changes: string[] = []
  cache.onChange(({ type, object }) =>
    changes.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}`),
  )
  const ending = new AbortController()
  const ended = cache.run(ending.signal)
  stop = async () => {
    ending.abort()
    await ended
    await connection.close()
  }
  const failures = () => log.lines.filter(({ message }) => message === 'watch lost' || message === 'watch failed')
  /** Waits for the n-th failure to be noticed, then lets its back-off pass. */
  const recover = async (nth = 1) => {
    await vi.waitFor(() => expect(failures().length).toBeGreaterThanOrEqual(nth), { interval: 1 })
    await clock.advance(Number(failures()[nth - 1]?.fields.retryInMs))
  }
  const shows = (...expected: string[]) =>
    vi.waitFor(
      () =>
        expect(cache.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)).toEqual(expected),
      { interval: 1 },
    )
  return { cache, clock, log, changes, recover, failures, shows, metrics }
}

const node = (name: string, resourceVersion: number, uid = `uid-${name}`): Node => ({
  metadata: { name, uid, resourceVersion: String(resourceVersion) },
})
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const bookmark = (resourceVersion: number, annotations = {}) =>
  event('BOOKMARK', { metadata: { resourceVersion: String(resourceVersion), annotations } })
const listEnd = (resourceVersion: number) => bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' })
const status = (code: number, reason: string) => ({ kind: 'Status', code, reason, message: reason })

function sendList(exchange: Exchange, resourceVersion: number, ...nodes: Node[]) {
  exchange.json(200, { metadata: { resourceVersion: String(resourceVersion) }, items: nodes })
}

/** Serves the first list, as a stream, with one Node `a` of version 5. */
async function startedStream() {
  const stream = await server.take()
  stream.write(event('ADDED', node('a', 5)) + listEnd(10))
  return stream
}

describe('the first list', () => {
  test('comes as a stream, and counts only when its end is marked', async () => {
    const { cache, shows } = run()
    const stream = await server.take()
    expect(stream.query).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    })
    expect(stream.query.resourceVersion).toBeUndefined()
    stream.write(event('ADDED', node('a', 5)))
    stream.write(event('ADDED', node('b', 3)))
    expect(cache.synced()).toBe(false)
    stream.write(listEnd(10))
    await cache.untilSynced(new AbortController().signal)
    await shows('a@5', 'b@3')
    stream.write(event('MODIFIED', node('b', 11)) + event('DELETED', node('a', 12)) + event('ADDED', node('c', 13)))
    await shows('b@11', 'c@13')
  })

  test.each<[string, (stream: Exchange, advance: (ms: number) => Promise<void>) => Promise<void> | void]>([
    ['is refused as unknown (422)', (stream) => stream.refuse(422, 'Invalid')],
    ['is refused as unknown (400)', (stream) => stream.refuse(400, 'BadRequest')],
    [
      'never marks its end',
      async (stream, advance) => {
        stream.write(event('ADDED', node('a', 5)))
        const late = async () => {
          await advance(3000)
          expect(server.arrived()).toBe(2)
        }
        await vi.waitFor(late, { interval: 1 })
      },
    ],
    [
      'ends before its end is marked',
      (stream) => {
        stream.write(event('ADDED', node('gone', 5)))
        stream.end()
      },
    ],
  ])('is asked for plainly, without delay, when the stream %s', async (_case, fail) => {
    const { shows, clock, failures } = run()
    await fail(await server.take(), clock.advance)
    const list = await server.take()
    expect(list.query).toEqual({ limit: '500' })
    sendList(list, 10, node('a', 5))
    await shows('a@5')
    const watch = await server.take()
    expect(watch.query).toMatchObject({ watch: 'true', resourceVersion: '10', allowWatchBookmarks: 'true' })
    watch.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
    expect(failures()).toEqual([])
  })
})

describe('a watch that breaks is opened again from where it left off, and loses nothing, when', () => {
  test.each<[string, (watch: Exchange) => void]>([
    ['the stream is reset', (watch) => watch.reset()],
    [
      'the stream ends in the middle of a line',
      (watch) => {
        watch.write('{"type":"ADD')
        watch.end()
      },
    ],
    ['a line is not JSON', (watch) => watch.write('{"type":"ADDED","object":{"metad}}\n')],
    ['a line is no event', (watch) => watch.write('{"message":"hello"}\n')],
    ['the server reports an internal error', (watch) => watch.write(event('ERROR', status(500, 'InternalError')))],
  ])('%s', async (_case, fail) => {
    const { recover, shows } = run()
    const stream = await startedStream()
    stream.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
    fail(stream)
    await recover()
    const next = await server.take()
    expect(next.query.resourceVersion).toBe('11')
    next.write(event('MODIFIED', node('a', 12)))
    await shows('a@12', 'b@11')
  })

  test.each<[string, (exchange: Exchange) => void]>([
    ['500', (exchange) => exchange.refuse(500, 'InternalError')],
    ['504 too large resource version', (exchange) => exchange.refuse(504, 'Timeout')],
    ['403', (exchange) => exchange.refuse(403, 'Forbidden')],
    ['an HTML page', (exchange) => exchange.text(502, '<html>bad gateway</html>')],
    ['a reset', (exchange) => exchange.reset()],
  ])('the next watch is answered with %s', async (_case, fail) => {
    const { recover, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    stream.reset()
    await recover()
    fail(await server.take())
    await recover(2)
    const next = await server.take()
    expect(next.query.resourceVersion).toBe('10')
    next.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
  })

  test('its credentials are refused (401), also for the second time', async () => {
    const { recover, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    stream.reset()
    await recover()
    for (let i = 0; i < 2; i += 1) (await server.take()).refuse(401, 'Unauthorized')
    await recover(2)
    ;(await server.take()).write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
  })

  test('nothing has come for a bounded time', async () => {
    const { clock, recover, shows, failures } = run()
    const stream = await startedStream()
    await shows('a@5')
    await clock.advance(89_000)
    stream.write(bookmark(20))
    await vi.waitFor(
      async () => {
        await clock.advance(1000)
        expect(failures()).toHaveLength(1)
      },
      { interval: 1 },
    )
    await stream.closed
    await recover()
    expect((await server.take()).query.resourceVersion).toBe('20')
  })

  test('the server ends it in good order', async () => {
    const { clock, shows, failures } = run()
    const stream = await startedStream()
    await shows('a@5')
    await clock.advance(60_000)
    stream.write(bookmark(15))
    stream.end()
    expect((await server.take()).query.resourceVersion).toBe('15')
    expect(failures()).toEqual([])
  })
})

test('a server that ends every watch at once is not asked without pause', async () => {
  const { recover, failures, shows } = run()
  const stream = await startedStream()
  await shows('a@5')
  stream.end()
  for (let nth = 1; nth <= 4; nth += 1) {
    await recover(nth)
    ;(await server.take()).end()
  }
  await recover(5)
  expect(failures().map(({ fields }) => fields.retryInMs)).toEqual([250, 500, 1000, 2000, 4000])
})

test('one line tells that the watch is lost, one that it is back', async () => {
  const { recover, log, shows } = run()
  const stream = await startedStream()
  await shows('a@5')
  stream.reset()
  await recover()
  ;(await server.take()).refuse(500, 'InternalError')
  await recover(2)
  ;(await server.take()).write(event('ADDED', node('b', 11)))
  await shows('a@5', 'b@11')
  const told = log.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message)
  expect(told).toEqual(['synced', 'watch lost', 'watch is back'])
})

describe('lists anew, and tells what vanished meanwhile, when', () => {
  test.each<[string, (exchange: Exchange) => void]>([
    ['the position is gone by status', (watch) => watch.refuse(410, 'Expired')],
    ['the position is gone by event', (watch) => watch.write(event('ERROR', status(410, 'Expired')))],
  ])('%s', async (_case, fail) => {
    const { changes, recover, shows } = run()
    const stream = await startedStream()
    stream.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
    stream.reset()
    await recover()
    fail(await server.take())
    await recover(2)
    const again = await server.take()
    again.write(event('ADDED', node('b', 21)) + listEnd(30))
    await shows('b@21')
    expect(changes).toEqual(['added a@5', 'added b@11', 'deleted a@5', 'modified b@21'])
  })

  test('ten minutes have passed, in case an event was lost', async () => {
    const { clock, changes, shows, failures } = run()
    let stream = await startedStream()
    stream.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
    const seconds: number[] = []
    for (let elapsed = 0; elapsed < 600; ) {
      const timeout = Number(stream.query.timeoutSeconds)
      seconds.push(timeout)
      for (let second = 0; second < timeout; second += 30) {
        stream.write(bookmark(12))
        await new Promise((resolve) => setImmediate(resolve))
        await clock.advance(Math.min(30, timeout - second) * 1000)
      }
      stream.end()
      elapsed += timeout
      stream = await server.take()
    }
    expect(seconds).toEqual([290, 290, 20])
    expect(stream.query).toEqual({ limit: '500' })
    sendList(stream, 40, node('b', 11), node('c', 35))
    await shows('b@11', 'c@35')
    expect(changes).toEqual(['added a@5', 'added b@11', 'deleted a@5', 'added c@35'])
    expect((await server.take()).query.resourceVersion).toBe('40')
    expect(failures()).toEqual([])
  })

  test('a position fails again and again, as after a restore of the database', async () => {
    const { recover, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    stream.reset()
    for (let nth = 1; nth < 5; nth += 1) {
      await recover(nth)
      ;(await server.take()).refuse(504, 'Timeout')
    }
    await recover(5)
    expect((await server.take()).query.sendInitialEvents).toBe('true')
  })
})

describe('what the cache shows', () => {
  test('never goes back in time', async () => {
    const { changes, shows } = run()
    const stream = await startedStream()
    stream.write(event('MODIFIED', node('a', 12)) + event('MODIFIED', node('a', 11)) + event('DELETED', node('a', 9)))
    stream.write(event('ADDED', node('z', 13)))
    await shows('a@12', 'z@13')
    expect(changes).toEqual(['added a@5', 'modified a@12', 'added z@13'])
  })

  test('an object that was deleted and created again under its name is another one', async () => {
    const { changes, shows } = run()
    const stream = await startedStream()
    stream.write(event('ADDED', node('a', 12, 'other')))
    await shows('a@12')
    stream.write(event('DELETED', node('a', 11)) + event('ADDED', node('z', 13)))
    await shows('a@12', 'z@13')
    expect(changes).toEqual(['added a@5', 'deleted a@5', 'added a@12', 'added z@13'])
  })

  test('a lagging list neither removes nor ages what is known better', async () => {
    const { cache, recover, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    cache.observe(node('a', 50))
    cache.observe(node('new', 51))
    stream.write(event('ERROR', status(410, 'Expired')))
    await recover()
    ;(await server.take()).write(event('ADDED', node('a', 5)) + listEnd(30) + event('ADDED', node('z', 31)))
    await shows('a@50', 'new@51', 'z@31')
  })

  test('an own write is there at once; its late answer does not bring a deleted object back', async () => {
    const { cache, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    cache.observe(node('a', 11))
    expect(cache.get('a')?.metadata.resourceVersion).toBe('11')
    stream.write(event('DELETED', node('a', 12)) + event('ADDED', node('z', 13)))
    await shows('z@13')
    cache.observe(node('a', 11))
    await shows('z@13')
  })

  test('an own write is taken under a selector only for what the server has chosen', async () => {
    const { cache, shows } = run({ selectors: { labelSelector: 'gpu=yes' } })
    const stream = await startedStream()
    expect(stream.query.labelSelector).toBe('gpu=yes')
    await shows('a@5')
    cache.observe(node('other', 20))
    cache.observe(node('a', 21))
    await shows('a@21')
  })

  test('separators of Unicode and characters cut in two by the network arrive whole', async () => {
    const { cache, shows } = run()
    const stream = await startedStream()
    await shows('a@5')
    const labels = { text: 'one\u2028two\u2029three \u{1F600} grün' }
    const bytes = Buffer.from(event('ADDED', { metadata: { ...node('b', 11).metadata, annotations: labels } }))
    for (const byte of bytes) stream.write(Buffer.of(byte))
    await shows('a@5', 'b@11')
    expect(cache.get('b')?.metadata.annotations).toEqual(labels)
  })

  test('is found by index, and no longer when it changes or goes', async () => {
    const { cache, shows } = run({ indexes: { label: ({ metadata }) => Object.keys(metadata.labels ?? {}) } })
    const stream = await startedStream()
    const labelled = { metadata: { ...node('b', 11).metadata, labels: { x: '1' } } }
    stream.write(event('ADDED', labelled))
    await shows('a@5', 'b@11')
    expect(cache.byIndex('label', 'x')).toEqual([labelled])
    stream.write(event('MODIFIED', node('b', 12)))
    await shows('a@5', 'b@12')
    expect(cache.byIndex('label', 'x')).toEqual([])
    expect(() => cache.byIndex('colour', 'x')).toThrow('no index colour')
  })
})

test('a listener that throws costs nobody an event', async () => {
  const { cache, log, changes, shows } = run()
  const stream = await startedStream()
  await shows('a@5')
  cache.onChange(({ object }) => {
    if (object.metadata.name === 'bad') throw new Error('cannot read this')
  })
  const after: string[] = []
  cache.onChange(({ object }) => after.push(object.metadata.name))
  stream.write(event('ADDED', node('bad', 11)) + event('ADDED', node('b', 12)))
  await shows('a@5', 'bad@11', 'b@12')
  expect(after).toEqual(['a', 'bad', 'b'])
  expect(changes).toHaveLength(3)
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { cache: 'nodes' } }])
})

test('is unhealthy when its watch is down for a minute, and healthy when events come again', async () => {
  const { cache, clock, recover, failures, shows, metrics } = run()
  const stream = await startedStream()
  await shows('a@5')
  await clock.advance(50_000)
  expect(cache.healthy()).toBe(true)
  stream.reset()
  let nth = 0
  while (cache.healthy()) {
    nth += 1
    await recover(nth)
    ;(await server.take()).refuse(500, 'InternalError')
    await vi.waitFor(() => expect(failures()).toHaveLength(nth + 1), { interval: 1 })
  }
  expect(clock.monotonic()).toBeGreaterThan(110_000)
  expect(clock.monotonic()).toBeLessThan(130_000)
  expect(await metrics.registry.metrics()).toContain('watch_restarts_total{resource="nodes"}')
  await recover(nth + 1)
  ;(await server.take()).write(event('ADDED', node('b', 11)) + listEnd(20))
  await vi.waitFor(() => expect(cache.healthy()).toBe(true), { interval: 1 })
})

test('was never reached: not synced, and unhealthy after a minute', async () => {
  const { cache, recover, clock } = run()
  for (let nth = 1; clock.monotonic() <= 60_000; nth += 1) {
    ;(await server.take()).reset()
    await recover(nth)
  }
  expect(cache.synced()).toBe(false)
  expect(cache.healthy()).toBe(false)
})
