import { describe, expect, test, vi } from 'vitest'
import type { Exchange } from '../testing/stub-api-server.ts'
import { bookmark, event, listEnd, node, nodeList, watchError, watchedCache } from '../testing/watched-cache.ts'

type World = Awaited<ReturnType<typeof watchedCache>>

describe('the first list', () => {
  test('comes as a stream, and counts only when its end is marked', async () => {
    const { server, cache, shows } = await watchedCache()
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

  test.each<[string, (stream: Exchange, world: World) => Promise<void> | void]>([
    ['is refused as unknown (422)', (stream) => stream.refuse(422, 'Invalid')],
    ['is refused as unknown (400)', (stream) => stream.refuse(400, 'BadRequest')],
    [
      'never marks its end',
      async (stream, { clock, server }) => {
        stream.write(event('ADDED', node('a', 5)))
        const late = async () => {
          await clock.advance(3000)
          expect(server.arrived()).toBe(2)
        }
        await vi.waitFor(late, { interval: 1 })
      },
    ],
    [
      'goes on past a bookmark that does not mark its end',
      (stream) => stream.write(event('ADDED', node('gone', 5)) + bookmark(9)),
    ],
    [
      'ends before its end is marked',
      (stream) => {
        stream.write(event('ADDED', node('gone', 5)))
        stream.end()
      },
    ],
  ])('is asked for plainly, without delay, when the stream %s', async (_case, fail) => {
    const world = await watchedCache()
    const { server, shows, failures } = world
    await fail(await server.take(), world)
    const list = await server.take()
    expect(list.query).toEqual({ limit: '500' })
    list.json(200, nodeList(10, node('a', 5)))
    await shows('a@5')
    const watch = await server.take()
    expect(watch.query).toMatchObject({ watch: 'true', resourceVersion: '10', allowWatchBookmarks: 'true' })
    watch.write(event('ADDED', node('b', 11)))
    await shows('a@5', 'b@11')
    expect(failures()).toEqual([])
  })
})

describe('row 32: a server that is just starting is asked for the same again when the first list is answered with', () => {
  test.each<[string, (exchange: Exchange) => void]>([
    ['403, since its access rules are not loaded', (exchange) => exchange.refuse(403, 'Forbidden')],
    ['429', (exchange) => exchange.refuse(429, 'TooManyRequests')],
    ['500', (exchange) => exchange.refuse(500, 'InternalError')],
    ['503', (exchange) => exchange.text(503, 'apiserver not ready')],
    ['404, since its kinds are not loaded', (exchange) => exchange.text(404, '404 page not found')],
    ['a reset', (exchange) => exchange.reset()],
  ])('%s', async (_case, fail) => {
    const { server, recover, shows, startedStream } = await watchedCache()
    fail(await server.take())
    await recover()
    fail(await server.take())
    await recover(2)
    const stream = await startedStream()
    expect(stream.query.sendInitialEvents).toBe('true')
    await shows('a@5')
  })

  test('429 with a time to come back, which is kept', async () => {
    const { server, failures, recover, shows, startedStream } = await watchedCache()
    ;(await server.take()).json(429, { kind: 'Status', code: 429, details: { retryAfterSeconds: 9 } })
    await recover()
    expect(failures()[0]?.fields.retryInMs).toBe(9_000)
    await startedStream()
    await shows('a@5')
  })
})

describe('row 14: a watch that breaks is opened again from where it left off, and loses nothing, when', () => {
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
    ['the server reports an internal error', (watch) => watch.write(watchError(500, 'InternalError'))],
  ])('%s', async (_case, fail) => {
    const { server, recover, shows, startedStream } = await watchedCache()
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
    const { server, recover, shows, startedStream } = await watchedCache()
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
    const { server, recover, shows, startedStream } = await watchedCache()
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
    const { server, clock, recover, shows, failures, startedStream } = await watchedCache()
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
    const { server, clock, shows, failures, startedStream } = await watchedCache()
    const stream = await startedStream()
    await shows('a@5')
    await clock.advance(60_000)
    stream.write(bookmark(15))
    stream.end()
    expect((await server.take()).query.resourceVersion).toBe('15')
    expect(failures()).toEqual([])
  })
})

test('row 14: a server that ends every watch at once is not asked without pause', async () => {
  const { server, recover, failures, shows, startedStream } = await watchedCache()
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
  const { server, recover, log, shows, startedStream } = await watchedCache()
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

test('a listener that throws costs nobody an event', async () => {
  const { cache, log, changes, shows, startedStream } = await watchedCache()
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

test('row 14: is unhealthy when its watch is down for a minute, and healthy when events come again', async () => {
  const { server, cache, clock, recover, failures, shows, metrics, startedStream } = await watchedCache()
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

test('row 32: was never reached: not synced, and unhealthy after a minute', async () => {
  const { server, cache, recover, clock } = await watchedCache()
  for (let nth = 1; clock.monotonic() <= 60_000; nth += 1) {
    ;(await server.take()).reset()
    await recover(nth)
  }
  expect(cache.synced()).toBe(false)
  expect(cache.healthy()).toBe(false)
})
