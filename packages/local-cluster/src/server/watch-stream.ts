import type { ClusterClock } from '../cluster-clock.ts'
import type { KindDefinition } from '../kind-definition.ts'
import type { ApiEngine } from '../resources/api-engine.ts'
import { type ListQuery, wholeNumber } from '../resources/list-objects.ts'
import { watchObjects } from '../resources/watch-objects.ts'
import type { StatusError } from '../status-error.ts'
import type { Outgoing } from './api-request.ts'
import type { Rendering } from './rendering.ts'

const BOOKMARK_MS = 60_000
const DEFAULT_TIMEOUT_SECONDS = 3_600
/** A client that reads this much too slowly is cut off; it can resume. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024

interface WatchOptions {
  kind: KindDefinition
  query: ListQuery
  timeoutSeconds: string | undefined
  allowWatchBookmarks: boolean
  sendInitialEvents: boolean | undefined
  rendering: Rendering
}

/** Answers a watch with one JSON object per line until its time is over or the client leaves. */
export function streamWatch(engine: ApiEngine, outgoing: Outgoing, options: WatchOptions): void {
  const { kind, query, rendering, allowWatchBookmarks, sendInitialEvents } = options
  const seconds = wholeNumber(options.timeoutSeconds) || DEFAULT_TIMEOUT_SECONDS
  const lines = createLines(outgoing)
  const events = rendering.events()
  const bookmark = (annotations: Record<string, string>) =>
    lines.write(`{"type":"BOOKMARK","object":${events.bookmark(engine.store.revision(), annotations)}}\n`)
  const stop = watchObjects(engine, kind, {
    query,
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    target: {
      event: (type, stored) => lines.write(`{"type":"${type}","object":${events.object(stored)}}\n`),
      initialEventsEnd: () => {
        if (sendInitialEvents && allowWatchBookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' })
      },
    },
  })
  lines.open()
  const cancelBookmarks = allowWatchBookmarks ? every(engine.clock, BOOKMARK_MS, () => bookmark({})) : () => undefined
  const cancelEnd = engine.clock.after(seconds * 1000, () => {
    if (allowWatchBookmarks) bookmark({})
    lines.end()
  })
  outgoing.on('close', () => {
    stop()
    cancelBookmarks()
    cancelEnd()
  })
}

/** A watch in a form that no event can take. */
export function streamNothing(outgoing: Outgoing): void {
  const lines = createLines(outgoing)
  lines.open()
  lines.end()
}

/** A watch that cannot start from the wanted resourceVersion: the stream's only line says so. */
export function streamError(outgoing: Outgoing, error: StatusError): void {
  const lines = createLines(outgoing)
  lines.open()
  lines.write(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`)
  lines.end()
}

/** Collects the lines of one turn of the event loop into one write. */
function createLines(outgoing: Outgoing) {
  let waiting: string[] = []
  const flush = () => {
    if (waiting.length === 0 || outgoing.destroyed) return
    outgoing.write(waiting.join(''))
    waiting = []
    if (outgoing.writableLength > MAX_BUFFERED_BYTES) outgoing.destroy()
  }
  return {
    open() {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
      outgoing.flushHeaders()
    },
    write(line: string) {
      waiting.push(line)
      if (waiting.length === 1) process.nextTick(flush)
    },
    end() {
      flush()
      outgoing.end()
    },
  }
}

function every(clock: ClusterClock, ms: number, callback: () => void): () => void {
  let cancel = clock.after(ms, tick)
  function tick() {
    callback()
    cancel = clock.after(ms, tick)
  }
  return () => cancel()
}
