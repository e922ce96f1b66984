import { expect, onTestFinished, vi } from 'vitest'
import { type CacheOptions, createCache } from '../caches/watch-cache.ts'
import { createConnection } from '../connection/connection.ts'
import type { Node } from '../core-objects.ts'
import { NODES } from '../core-resources.ts'
import { createMetrics } from '../metrics.ts'
import { createManualClock } from './manual-clock.ts'
import { createMemoryLog } from './memory-log.ts'
import { startStubApiServer } from './stub-api-server.ts'

/** A running cache of Nodes over a real socket to a scripted server; both end with the test. */
export async function watchedCache(options: Partial<CacheOptions<Node>> = {}) {
  const server = await startStubApiServer()
  const clock = createManualClock()
  const log = createMemoryLog()
  const metrics = createMetrics()
  const connection = createConnection({ kubeConfigPath: server.kubeConfigPath, userAgent: 'test', clock, metrics })
  const cache = createCache({ connection, resource: NODES, clock, random: () => 1, log, metrics, ...options })
  const ending = new AbortController()
  const ended = cache.run(ending.signal)
  onTestFinished(async () => {
    ending.abort()
    await ended
    connection.close()
    await server.stop()
  })

  const changes: string[] = []
  cache.onChange(({ type, object }) => changes.push(`${type} ${brief(object)}`))
  const failures = () => log.lines.filter(({ message }) => message === 'watch lost' || message === 'watch failed')
  return {
    server,
    clock,
    log,
    metrics,
    cache,
    changes,
    failures,
    /** Waits for the n-th failure to be noticed, then lets its back-off pass. */
    async recover(nth = 1) {
      await vi.waitFor(() => expect(failures().length).toBeGreaterThanOrEqual(nth), { interval: 1 })
      await clock.advance(Number(failures()[nth - 1]?.fields.retryInMs))
    },
    /** Waits until the cache shows these objects, written as `name@resourceVersion`. */
    shows: (...expected: string[]) =>
      vi.waitFor(() => expect(cache.list().map(brief)).toEqual(expected), { interval: 1 }),
    /** Serves the first list, as a stream, with one Node `a` of version 5. */
    async startedStream() {
      const stream = await server.take()
      stream.write(event('ADDED', node('a', 5)) + listEnd(10))
      return stream
    },
  }
}

function brief({ metadata }: Node): string {
  return `${metadata.name}@${metadata.resourceVersion}`
}

export function node(name: string, resourceVersion: number, uid = `uid-${name}`): Node {
  return { metadata: { name, uid, resourceVersion: String(resourceVersion) } }
}

/** One line of a watch. */
export function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`
}

export function bookmark(resourceVersion: number, annotations = {}): string {
  return event('BOOKMARK', { metadata: { resourceVersion: String(resourceVersion), annotations } })
}

export function listEnd(resourceVersion: number): string {
  return bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' })
}

/** An `ERROR` line. */
export function watchError(code: number, reason: string): string {
  return event('ERROR', { kind: 'Status', code, reason, message: reason })
}

export function nodeList(resourceVersion: number, ...items: Node[]): object {
  return { metadata: { resourceVersion: String(resourceVersion) }, items }
}
