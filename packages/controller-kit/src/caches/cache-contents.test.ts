import { describe, expect, test } from 'vitest'
import type { Exchange } from '../testing/stub-api-server.ts'
import { bookmark, event, listEnd, node, nodeList, watchError, watchedCache } from '../testing/watched-cache.ts'

describe('lists anew, and tells what vanished meanwhile, when', () => {
  test.each<[string, (exchange: Exchange) => void]>([
    ['the position is gone by status', (watch) => watch.refuse(410, 'Expired')],
    ['the position is gone by event', (watch) => watch.write(watchError(410, 'Expired'))],
  ])('%s', async (_case, fail) => {
    const { server, changes, recover, shows, startedStream } = await watchedCache()
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
    const { server, clock, changes, shows, failures, startedStream } = await watchedCache()
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
    stream.json(200, nodeList(40, node('b', 11), node('c', 35)))
    await shows('b@11', 'c@35')
    expect(changes).toEqual(['added a@5', 'added b@11', 'deleted a@5', 'added c@35'])
    expect((await server.take()).query.resourceVersion).toBe('40')
    expect(failures()).toEqual([])
  })

  test('a position fails again and again, as after a restore of the database', async () => {
    const { server, recover, shows, startedStream } = await watchedCache()
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
  test('row 27: never goes back in time', async () => {
    const { changes, shows, startedStream } = await watchedCache()
    const stream = await startedStream()
    stream.write(event('MODIFIED', node('a', 12)) + event('MODIFIED', node('a', 11)) + event('DELETED', node('a', 9)))
    stream.write(event('ADDED', node('z', 13)))
    await shows('a@12', 'z@13')
    expect(changes).toEqual(['added a@5', 'modified a@12', 'added z@13'])
  })

  test('an object that was deleted and created again under its name is another one', async () => {
    const { changes, shows, startedStream } = await watchedCache()
    const stream = await startedStream()
    stream.write(event('ADDED', node('a', 12, 'other')))
    await shows('a@12')
    stream.write(event('DELETED', node('a', 11)) + event('ADDED', node('z', 13)))
    await shows('a@12', 'z@13')
    expect(changes).toEqual(['added a@5', 'deleted a@5', 'added a@12', 'added z@13'])
  })

  test('row 27: a lagging list neither removes nor ages what is known better', async () => {
    const { server, cache, recover, shows, startedStream } = await watchedCache()
    const stream = await startedStream()
    await shows('a@5')
    cache.observe(node('a', 50))
    cache.observe(node('new', 51))
    stream.write(watchError(410, 'Expired'))
    await recover()
    ;(await server.take()).write(event('ADDED', node('a', 5)) + listEnd(30) + event('ADDED', node('z', 31)))
    await shows('a@50', 'new@51', 'z@31')
  })

  test('row 27: an own write is there at once; its late answer does not bring a deleted object back', async () => {
    const { cache, shows, startedStream } = await watchedCache()
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
    const { cache, shows, startedStream } = await watchedCache({ selectors: { labelSelector: 'gpu=yes' } })
    const stream = await startedStream()
    expect(stream.query.labelSelector).toBe('gpu=yes')
    await shows('a@5')
    cache.observe(node('other', 20))
    cache.observe(node('a', 21))
    await shows('a@21')
  })

  test('separators of Unicode and characters cut in two by the network arrive whole', async () => {
    const { cache, shows, startedStream } = await watchedCache()
    const stream = await startedStream()
    await shows('a@5')
    const labels = { text: 'one\u2028two\u2029three \u{1F600} grün' }
    const bytes = Buffer.from(event('ADDED', { metadata: { ...node('b', 11).metadata, annotations: labels } }))
    for (const byte of bytes) stream.write(Buffer.of(byte))
    await shows('a@5', 'b@11')
    expect(cache.get('b')?.metadata.annotations).toEqual(labels)
  })

  test('is found by index, and no longer when it changes or goes', async () => {
    const { cache, shows, startedStream } = await watchedCache({
      indexes: { label: ({ metadata }) => Object.keys(metadata.labels ?? {}) },
    })
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
