import type { Clock } from '../clock.ts'
import { apiPath, withQuery } from '../connection/api-path.ts'
import type { Connection } from '../connection/connection.ts'
import { watchErrorOf } from '../connection/refusal.ts'
import type { ListOptions } from '../kube-client.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { createLineSplitter } from './line-splitter.ts'

/** What a watch asks for. */
export type Selectors = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: T
}

interface WatchCall<T extends KubernetesObject> {
  connection: Connection
  clock: Clock
  resource: Resource<T>
  selectors: Selectors
  /** Undefined asks for everything that exists first, up to a bookmark that says so. */
  resourceVersion: string | undefined
  /** The server ends the watch by then. */
  timeoutSeconds: number
  /** The stream is broken off when nothing came for this long: a network that swallows packets tells nobody. */
  silenceMs: () => number
  signal: AbortSignal
  /** The server has accepted the watch. */
  onOpen: () => void
}

/**
 * The events of one watch until the server ends it. Fails on everything else: refusals, `ERROR` events (as `ApiError`),
 * broken connections, lines that are cut off or not JSON, silence.
 */
export async function* watchEvents<T extends KubernetesObject>(call: WatchCall<T>): AsyncGenerator<WatchEvent<T>> {
  const silence = createSilenceGuard(call)
  const splitter = createLineSplitter()
  try {
    const { connection, resource } = call
    const stream = await connection.stream({
      verb: 'watch',
      resource: resource.plural,
      method: 'GET',
      path: watchPath(call),
      signal: silence.signal,
    })
    call.onOpen()
    for await (const chunk of stream) {
      for (const line of splitter.push(chunk)) yield eventOf<T>(line)
      silence.heard()
    }
    if (splitter.isInLine()) throw new Error('the watch ended in the middle of a line')
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error
  } finally {
    silence.end()
  }
}

function watchPath<T extends KubernetesObject>({ resource, selectors, resourceVersion, timeoutSeconds }: WatchCall<T>) {
  const { namespace, labelSelector, fieldSelector } = selectors
  return withQuery(apiPath(resource, { namespace }), {
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds,
    labelSelector,
    fieldSelector,
    ...(resourceVersion === undefined
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion }),
  })
}

function eventOf<T>(line: string): WatchEvent<T> {
  const event: { type?: unknown; object?: unknown } | null = JSON.parse(line)
  if (event?.type === 'ERROR') throw watchErrorOf(event.object)
  if (!isWatchEvent<T>(event)) throw new Error('the watch sent something that is not an event')
  return event
}

const TYPES: unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] satisfies WatchEvent<unknown>['type'][]

function isWatchEvent<T>(event: { type?: unknown; object?: unknown } | null): event is WatchEvent<T> {
  const { object } = event ?? {}
  return TYPES.includes(event?.type) && typeof object === 'object' && object !== null && 'metadata' in object
}

function createSilenceGuard({ clock, silenceMs, signal }: Pick<WatchCall<never>, 'clock' | 'silenceMs' | 'signal'>) {
  const controller = new AbortController()
  const onStop = () => controller.abort(signal.reason)
  if (signal.aborted) onStop()
  else signal.addEventListener('abort', onStop, { once: true })
  const wait = () => {
    const ms = silenceMs()
    return clock.after(ms, () => controller.abort(new Error(`the watch was silent for ${ms / 1000} s`)))
  }
  let cancel = wait()
  return {
    signal: controller.signal,
    heard() {
      cancel()
      cancel = wait()
    },
    end() {
      cancel()
      signal.removeEventListener('abort', onStop)
      controller.abort(new Error('the watch is over'))
    },
  }
}
