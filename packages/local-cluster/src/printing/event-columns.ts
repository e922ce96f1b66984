import type { KubeObject } from '../cluster-access.ts'
import { numberAt, stringAt, valueAt } from '../json.ts'
import { ageAt } from './age.ts'
import { type Column, field, text, wide } from './column.ts'

export const EVENT_COLUMNS: Column[] = [
  text('Last Seen', (event, nowMs) => ageAt(lastSeen(event), nowMs)),
  field('Type', 'type'),
  field('Reason', 'reason'),
  text('Object', eventTarget),
  wide(field('Subobject', 'involvedObject', 'fieldPath')),
  wide(text('Source', eventSource)),
  text('Message', (event) => stringAt(event, 'message').trim()),
  wide(text('First Seen', (event, nowMs) => ageAt(firstSeen(event), nowMs))),
  wide(text('Count', (event) => numberAt(event, 'series', 'count') ?? (numberAt(event, 'count') || 1))),
  wide(field('Name', 'metadata', 'name')),
]

function firstSeen(event: KubeObject): unknown {
  return valueAt(event, 'firstTimestamp') ?? valueAt(event, 'eventTime')
}

function lastSeen(event: KubeObject): unknown {
  return valueAt(event, 'series', 'lastObservedTime') ?? valueAt(event, 'lastTimestamp') ?? firstSeen(event)
}

function eventTarget(event: KubeObject): string {
  const kind = stringAt(event, 'involvedObject', 'kind').toLowerCase()
  const name = stringAt(event, 'involvedObject', 'name')
  return name === '' ? kind : `${kind}/${name}`
}

function eventSource(event: KubeObject): string {
  const component = stringAt(event, 'source', 'component') || stringAt(event, 'reportingComponent')
  const host = stringAt(event, 'source', 'host') || stringAt(event, 'reportingInstance')
  return host === '' ? component : `${component}, ${host}`
}
