import type { Clock } from '../clock.ts'
import type { Event } from '../core-objects.ts'
import { EVENTS } from '../core-resources.ts'
import type { KubeClient } from '../kube-client.ts'
import { type KubernetesObject, keyOf, type ObjectKey } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import { printable } from '../printable.ts'

export interface EventFacts {
  type: 'Normal' | 'Warning'
  /** CamelCase, for machines. */
  reason: string
  message: string
}

/** Tells users what happened to an object, as `kubectl describe` shows it. Best effort: it never throws or waits. */
export interface EventRecorder {
  record(about: KubernetesObject, facts: EventFacts): void
}

interface EventRecorderOptions {
  client: KubeClient
  /** Who tells, for example the controller's name. */
  component: string
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  log: Logger
}

/** Repeats within this time raise the count of the first event. */
const REPEAT_MS = 600_000
/** The count is written at most this often: a retry every second must not become a write every second. */
const COUNT_WRITE_MS = 60_000
const REMEMBERED_EVENTS = 1_000
/** Beyond this rate events are dropped: nobody reads them, and the API server has other work. */
const BURST = 50
const PER_SECOND = 5
const MESSAGE_LIMIT = 1024

interface Told {
  key: ObjectKey
  count: number
  at: number
  /** When the last write about it was sent. */
  writtenAt: number
  /** The last write about it; the next one waits for it. */
  written: Promise<void>
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, log } = options
  const mayWrite = createRateLimit(clock)
  const told = new Map<string, Told>()

  async function write(send: () => Promise<unknown>): Promise<void> {
    try {
      await send()
    } catch (error) {
      log.debug({ err: error }, 'event not written')
    }
  }

  function remember(id: string, event: Told): void {
    told.delete(id)
    told.set(id, event)
    const [oldest] = told.keys()
    if (told.size > REMEMBERED_EVENTS && oldest !== undefined) told.delete(oldest)
  }

  return {
    record(about, facts) {
      const id = JSON.stringify([about.metadata.uid, keyOf(about), facts.type, facts.reason, facts.message])
      const at = clock.monotonic()
      const last = told.get(id)
      const known = last && at - last.at < REPEAT_MS ? { ...last, count: last.count + 1, at } : undefined
      if (known && at - known.writtenAt < COUNT_WRITE_MS) return remember(id, known)
      if (!mayWrite()) return log.debug({ reason: facts.reason }, 'event dropped')
      if (known) {
        const patch = { count: known.count, lastTimestamp: seconds(clock) }
        const written = known.written.then(() => write(() => client.mergePatch(EVENTS, known.key, patch)))
        remember(id, { ...known, writtenAt: at, written })
      } else {
        const event = eventAbout(about, facts, options)
        const written = write(() => client.create(EVENTS, event))
        remember(id, { key: event.metadata, count: 1, at, writtenAt: at, written })
      }
    },
  }
}

function eventAbout(
  { apiVersion, kind, metadata }: KubernetesObject,
  { type, reason, message }: EventFacts,
  { component, clock, random }: EventRecorderOptions,
): Event {
  const { name, namespace, uid, resourceVersion } = metadata
  const involvedObject = { apiVersion, kind, name, namespace, uid, resourceVersion }
  const suffix = Math.floor(random() * 2 ** 32).toString(16)
  return {
    // Events about cluster-scoped objects live in this namespace by convention.
    metadata: { name: `${name}.${clock.now().toString(16)}${suffix}`, namespace: namespace ?? 'default' },
    involvedObject: JSON.parse(JSON.stringify(involvedObject)),
    type,
    reason,
    message: printable(message, MESSAGE_LIMIT),
    count: 1,
    firstTimestamp: seconds(clock),
    lastTimestamp: seconds(clock),
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  }
}

function createRateLimit(clock: Clock): () => boolean {
  let tokens = BURST
  let at = clock.monotonic()
  return () => {
    const now = clock.monotonic()
    tokens = Math.min(BURST, tokens + ((now - at) / 1000) * PER_SECOND)
    at = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

function seconds(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
}
