import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, type JsonObject, listAt, numberAt, objectAt, stringAt, valueAt } from '../json.ts'
import { ageAt } from './age.ts'
import { AGE, type Column, conditionStatus, orNone, text, textAt, wide } from './column.ts'

const ENDED = ['Succeeded', 'Failed']

export const POD_COLUMNS: Column[] = [
  text('Ready', (pod) => readiness(pod)),
  text('Status', (pod) => podStatus(pod)),
  text('Restarts', (pod, nowMs) => restarts(pod, nowMs)),
  AGE,
  wide(
    text('IP', (pod) => orNone(stringAt(listAt(pod, 'status', 'podIPs')[0], 'ip') || stringAt(pod, 'status', 'podIP'))),
  ),
  wide(text('Node', (pod) => orNone(textAt(pod, 'spec', 'nodeName')))),
  wide(text('Nominated Node', (pod) => orNone(textAt(pod, 'status', 'nominatedNodeName')))),
  wide(text('Readiness Gates', (pod) => readinessGates(pod))),
]

function statuses(pod: KubeObject, name: string): JsonObject[] {
  return listAt(pod, 'status', name).filter(isJsonObject)
}

/** Init containers that keep running beside the others. */
function sidecars(pod: KubeObject): Set<string> {
  const restarting = listAt(pod, 'spec', 'initContainers').filter(
    (container) => stringAt(container, 'restartPolicy') === 'Always',
  )
  return new Set(restarting.map((container) => stringAt(container, 'name')))
}

function readiness(pod: KubeObject): string {
  const beside = sidecars(pod)
  const total = listAt(pod, 'spec', 'containers').length + beside.size
  const init = statuses(pod, 'initContainerStatuses').filter((status) => beside.has(stringAt(status, 'name')))
  const ready = [...init, ...statuses(pod, 'containerStatuses')].filter(
    (status) => status.ready === true && (objectAt(status, 'state', 'running') !== undefined || init.includes(status)),
  )
  return `${ready.length}/${total}`
}

function podStatus(pod: KubeObject): string {
  const phase = stringAt(pod, 'status', 'phase')
  const isGone = pod.metadata.deletionTimestamp !== undefined
  if (isGone && stringAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown'
  if (isGone && !ENDED.includes(phase)) return 'Terminating'
  const initializing = initStatus(pod)
  if (initializing !== undefined && conditionStatus(pod, 'Initialized') !== 'True') return initializing
  return containersStatus(pod, initializing ?? podReason(pod, phase))
}

function podReason(pod: KubeObject, phase: string): string {
  const scheduled = listAt(pod, 'status', 'conditions').find((entry) => valueAt(entry, 'type') === 'PodScheduled')
  if (stringAt(scheduled, 'reason') === 'SchedulingGated') return 'SchedulingGated'
  return stringAt(pod, 'status', 'reason') || phase
}

/** What the first init container that is not done says; undefined when all are. */
function initStatus(pod: KubeObject): string | undefined {
  const beside = sidecars(pod)
  const init = statuses(pod, 'initContainerStatuses')
  const index = init.findIndex((status) => {
    const done = numberAt(status, 'state', 'terminated', 'exitCode') === 0
    return !done && !(beside.has(stringAt(status, 'name')) && status.started === true)
  })
  const current = init[index]
  if (current === undefined) return undefined
  const ended = objectAt(current, 'state', 'terminated')
  if (ended !== undefined) return `Init:${endReason(ended)}`
  const waiting = stringAt(current, 'state', 'waiting', 'reason')
  if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
  return `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`
}

function endReason(ended: JsonObject): string {
  const signal = numberAt(ended, 'signal') ?? 0
  return stringAt(ended, 'reason') || (signal === 0 ? `ExitCode:${ended.exitCode ?? 0}` : `Signal:${signal}`)
}

function containersStatus(pod: KubeObject, reason: string): string {
  const containers = statuses(pod, 'containerStatuses')
  const failed = containers.find((status) => (numberAt(status, 'state', 'terminated', 'exitCode') ?? 0) !== 0)
  const shown = containers.map(containerReason).find((found) => found !== undefined) ?? reason
  if (shown !== 'Completed') return shown
  const isRunning = containers.some(
    (status) => status.ready === true && objectAt(status, 'state', 'running') !== undefined,
  )
  if (isRunning && conditionStatus(pod, 'Ready') === 'True') return 'Running'
  if (failed !== undefined) return endReason(objectAt(failed, 'state', 'terminated') ?? {})
  return isRunning ? 'NotReady' : shown
}

function containerReason(status: JsonObject): string | undefined {
  const waiting = stringAt(status, 'state', 'waiting', 'reason')
  if (waiting !== '') return waiting
  const ended = objectAt(status, 'state', 'terminated')
  return ended === undefined ? undefined : endReason(ended)
}

function restarts(pod: KubeObject, nowMs: number): string {
  const beside = sidecars(pod)
  const init = statuses(pod, 'initContainerStatuses')
  const isInitializing = initStatus(pod) !== undefined && conditionStatus(pod, 'Initialized') !== 'True'
  const counted = isInitializing
    ? init
    : [...init.filter((status) => beside.has(stringAt(status, 'name'))), ...statuses(pod, 'containerStatuses')]
  const count = counted.reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0)
  const [last] = counted
    .map((status) => stringAt(status, 'lastState', 'terminated', 'finishedAt'))
    .sort()
    .reverse()
  return count === 0 || last === undefined || last === '' ? `${count}` : `${count} (${ageAt(last, nowMs)} ago)`
}

function readinessGates(pod: KubeObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates')
  const open = gates.filter((gate) => conditionStatus(pod, stringAt(gate, 'conditionType')) === 'True')
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`
}
