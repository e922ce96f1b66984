import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import { listAll } from '../connection/http-kube-client.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { ObjectStore } from './object-store.ts'
import { type Selectors, type WatchEvent, watchEvents } from './watch-events.ts'
import type { WatchHealth } from './watch-health.ts'

const WATCH_SECONDS = 290
const SHORTEST_WATCH_SECONDS = 5
/** A watch that the server ends sooner counts as failed, or a broken server would be asked without pause. */
const SHORTEST_LIFE_MS = 1_000
/** Servers send a bookmark about once a minute: longer silence means a dead connection. */
const SILENCE_MS = 90_000
/** A server that knows streaming lists marks the end of the list right after the last object. */
const LIST_SILENCE_MS = 3_000
const LIST_END = 'k8s.io/initial-events-end'

export interface FollowerOptions<T extends KubernetesObject> {
  connection: Connection
  resource: Resource<T>
  selectors: Selectors
  clock: Clock
  random: () => number
  log: Logger
  metrics: Metrics
  relistEveryMs: number
  store: ObjectStore<T>
  health: WatchHealth
  /** A complete list is in the store. */
  onListed: () => void
  onEvent: () => void
}

interface Follower {
  /** Lists where that is needed, then applies events until the watch ends, or rejects when it breaks. */
  follow(signal: AbortSignal): Promise<void>
  /** The next `follow` lists anew. */
  forgetPosition(): void
}

export function createFollower<T extends KubernetesObject>(options: FollowerOptions<T>): Follower {
  const { connection, resource, selectors, clock, log, store, relistEveryMs } = options
  /** Every event up to this resource version is in the store. */
  let position: string | undefined
  let listedAt: number | undefined
  let canStreamList = true

  function take(objects: T[], resourceVersion: string): void {
    store.replaceAll(objects, resourceVersion)
    position = resourceVersion
    listedAt = clock.monotonic()
    options.onListed()
  }

  async function list(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await listAll(connection, resource, { ...selectors, signal })
    take(items, resourceVersion)
  }

  function apply({ type, object }: WatchEvent<T>): void {
    if (type === 'DELETED') store.remove(object)
    else if (type !== 'BOOKMARK') store.put(object)
    position = object.metadata.resourceVersion ?? position
  }

  /** One stream for both: what exists, up to a mark, and what happens then. */
  async function listAndWatch(signal: AbortSignal): Promise<void> {
    const objects: T[] = []
    const silenceMs = () => (position === undefined ? LIST_SILENCE_MS : SILENCE_MS)
    for await (const event of eventsSince(options, { position, listedAt, signal, silenceMs })) {
      if (position !== undefined) apply(event)
      else if (event.type !== 'BOOKMARK') objects.push(event.object)
      else if (isListEnd(event)) take(objects, event.object.metadata.resourceVersion ?? '')
      // A server that streams a list bookmarks nothing before its end; on a busy kind silence would never come.
      else throw new Error('the watch does not mark the end of its list')
    }
    if (position === undefined) throw new Error('the watch ended before its list was complete')
  }

  /** False when the server turned out not to know streaming lists. */
  async function triedListAndWatch(signal: AbortSignal): Promise<boolean> {
    try {
      await listAndWatch(signal)
      return true
    } catch (error) {
      const isUnknown = position === undefined && !(error instanceof ApiUnreachable) && !isOtherRefusal(error)
      if (signal.aborted || !isUnknown) throw error
      log.debug({ err: error }, 'no streaming list here')
      return false
    }
  }

  return {
    async follow(signal) {
      if (position === undefined && canStreamList) {
        canStreamList = await triedListAndWatch(signal)
        if (canStreamList) return
      }
      const isDue = listedAt !== undefined && clock.monotonic() - listedAt >= relistEveryMs
      if (position === undefined || isDue) await list(signal)
      const silenceMs = () => SILENCE_MS
      for await (const event of eventsSince(options, { position, listedAt, signal, silenceMs })) apply(event)
    },
    forgetPosition() {
      position = undefined
    },
  }
}

function isListEnd(event: WatchEvent<KubernetesObject>): boolean {
  return LIST_END in (event.object.metadata.annotations ?? {})
}

/** Servers without streaming lists refuse the parameters with one of two statuses; all else is another trouble. */
function isOtherRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 400 && error.status !== 422
}

interface Start {
  position: string | undefined
  listedAt: number | undefined
  signal: AbortSignal
  silenceMs: () => number
}

async function* eventsSince<T extends KubernetesObject>(
  options: FollowerOptions<T>,
  { position, listedAt, signal, silenceMs }: Start,
): AsyncGenerator<WatchEvent<T>> {
  const { connection, clock, resource, selectors, health } = options
  const openedAt = clock.monotonic()
  let closed: (() => void) | undefined
  const onOpen = () => {
    closed = health.opened()
  }
  const timeoutSeconds = watchSeconds(options, listedAt ?? openedAt)
  const call = { connection, clock, resource, selectors, resourceVersion: position, timeoutSeconds }
  try {
    for await (const event of watchEvents({ ...call, silenceMs, signal, onOpen })) {
      health.heard()
      options.onEvent()
      yield event
    }
  } finally {
    closed?.()
  }
  if (clock.monotonic() - openedAt < SHORTEST_LIFE_MS) throw new Error('the watch ended at once')
}

type WatchTiming = Pick<FollowerOptions<KubernetesObject>, 'clock' | 'random' | 'relistEveryMs'>

/** Ends before the next relist is due, and not for all watches at the same moment. */
function watchSeconds({ clock, random, relistEveryMs }: WatchTiming, listedAt: number): number {
  const untilRelist = Math.ceil((relistEveryMs - (clock.monotonic() - listedAt)) / 1000)
  const jittered = Math.ceil(WATCH_SECONDS * (0.8 + 0.2 * random()))
  return Math.max(SHORTEST_WATCH_SECONDS, Math.min(jittered, untilRelist))
}
