import type { ClusterAccess, KubeObject } from '../cluster-access.ts'
import { type ClusterClock, timestamp } from '../cluster-clock.ts'
import { isLostRace } from './api-refusals.ts'
import { EVENTS } from './kinds.ts'

export interface ClusterEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

export type RecordEvent = (object: KubeObject, event: ClusterEvent) => void

interface Recorded {
  name: string
  count: number
}

const REMEMBERED = 5_000

interface EventRecorderOptions {
  access: ClusterAccess
  clock: ClusterClock
  /** Who tells: shown by kubectl as the source. */
  component: string
  log: (line: string, facts?: object) => void
}

/** Tells users what happened to an object; the same news again raises the count of the first. */
export function createEventRecorder({ access, clock, component, log }: EventRecorderOptions): RecordEvent {
  const recorded = new Map<string, Recorded>()
  let serial = 0

  async function write(object: KubeObject, event: ClusterEvent): Promise<void> {
    const key = [object.metadata.uid, event.reason, event.message].join('\n')
    const namespace = object.metadata.namespace ?? 'default'
    const earlier = recorded.get(key)
    if (earlier) {
      earlier.count += 1
      const patch = { count: earlier.count, lastTimestamp: timestamp(clock.now()) }
      await access.mergePatch(EVENTS, { name: earlier.name, namespace }, patch)
      return
    }
    serial += 1
    const name = `${object.metadata.name}.${(BigInt(clock.now()) * 1_000_000n + BigInt(serial)).toString(16)}`
    recorded.set(key, { name, count: 1 })
    const [oldest] = recorded.keys()
    if (recorded.size > REMEMBERED && oldest !== undefined) recorded.delete(oldest)
    await access.create(EVENTS, eventObject({ object, event, name, namespace, component, now: timestamp(clock.now()) }))
  }

  return (object, event) => {
    write(object, event).catch((error: unknown) => {
      if (!isLostRace(error)) log('An event could not be written', { object: object.metadata.name, error })
    })
  }
}

interface EventFacts {
  object: KubeObject
  event: ClusterEvent
  name: string
  namespace: string
  component: string
  now: string
}

function eventObject({ object, event, name, namespace, component, now }: EventFacts): KubeObject {
  const { uid, resourceVersion } = object.metadata
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    ...event,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
  }
}
