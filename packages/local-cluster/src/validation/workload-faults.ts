import { type JsonObject, jsonCopy, jsonEqual, numberAt, objectAt, objectsAt, stringAt, valueAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { selectorAt, selects } from '../selectors/label-selector.ts'
import { labelFaults } from './metadata-faults.ts'
import { podSpecFaults } from './pod-faults.ts'

const IMMUTABLE = 'field is immutable'

/** Names of workloads as their messages spell them. */
const SPELLED: Record<string, string> = {
  Deployment: 'deployment',
  ReplicaSet: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
}

/** Faults of a Deployment, ReplicaSet, StatefulSet or DaemonSet. */
export function workloadFaults(workload: JsonObject, kind: string): FieldFault[] {
  const spec = objectAt(workload, 'spec') ?? {}
  const faults = selectorFaults(spec, SPELLED[kind] ?? kind)
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']) {
    const number = numberAt(spec, field)
    if (number !== undefined && number < 0) {
      faults.push(invalidValue(childPath('spec', field), number, 'must be greater than or equal to 0'))
    }
  }
  const management = stringAt(spec, 'podManagementPolicy')
  if (kind === 'StatefulSet' && !['OrderedReady', 'Parallel'].includes(management)) {
    faults.push(invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"))
  }
  const deadline = numberAt(spec, 'progressDeadlineSeconds')
  if (deadline !== undefined && deadline <= (numberAt(spec, 'minReadySeconds') ?? 0)) {
    faults.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'))
  }
  return [
    ...faults,
    ...rollingFaults(spec, kind),
    ...strategyFaults(spec, kind),
    ...templateFaults(spec),
    ...alwaysFaults(spec),
  ]
}

/** How a Deployment replaces its pods. */
function rollingFaults(spec: JsonObject, kind: string): FieldFault[] {
  const path = 'spec.strategy'
  const type = stringAt(spec, 'strategy', 'type')
  const rolling = objectAt(spec, 'strategy', 'rollingUpdate')
  if (kind !== 'Deployment') return []
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'"
    return rolling === undefined ? [] : [forbiddenValue(childPath(path, 'rollingUpdate'), why)]
  }
  if (type !== 'RollingUpdate') {
    // The real server prints its own type, whose fields have other names.
    const shown = rolling && { MaxUnavailable: rolling.maxUnavailable, MaxSurge: rolling.maxSurge }
    const value = JSON.stringify({ Type: type, RollingUpdate: shown ?? null })
    const fault = unsupportedValue(path, '', ['Recreate', 'RollingUpdate'])
    return [{ ...fault, message: fault.message.replace('""', value) }]
  }
  const isZero = (value: unknown) => value === 0 || value === '0%'
  if (!isZero(rolling?.maxUnavailable) || !isZero(rolling?.maxSurge)) return []
  return [
    invalidValue(`${path}.rollingUpdate.maxUnavailable`, rolling?.maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
  ]
}

/** How a DaemonSet replaces its pods. */
function strategyFaults(spec: JsonObject, kind: string): FieldFault[] {
  const type = stringAt(spec, 'updateStrategy', 'type')
  if (kind !== 'DaemonSet' || type === 'RollingUpdate' || type === 'OnDelete') return []
  // The real server prints its own type, whose fields have other names.
  const fault = unsupportedValue('spec.updateStrategy', '', ['RollingUpdate', 'OnDelete'])
  const rolling = objectAt(spec, 'updateStrategy', 'rollingUpdate')
  const parts = rolling && { MaxUnavailable: rolling.maxUnavailable, MaxSurge: rolling.maxSurge }
  const shown = JSON.stringify({ Type: type, RollingUpdate: parts ?? null })
  return [{ ...fault, message: fault.message.replace('""', shown) }]
}

function selectorFaults(spec: JsonObject, spelled: string): FieldFault[] {
  const selector = selectorAt(spec, 'selector')
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  const faults: FieldFault[] = []
  const size = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length
  if (selector !== undefined && size === 0) {
    faults.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${spelled}`))
  }
  faults.push(...labelFaults(objectAt(selector, 'matchLabels'), 'spec.selector.matchLabels'))
  if (!selects(selector, stringMap(labels))) faults.push(mismatchedLabels(labels))
  return faults
}

function stringMap(labels: JsonObject | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).map(([key, value]) => [key, String(value)]))
}

function templateFaults(spec: JsonObject): FieldFault[] {
  const path = 'spec.template'
  const podSpec = objectAt(spec, 'template', 'spec') ?? { containers: [] }
  return [
    ...labelFaults(objectAt(spec, 'template', 'metadata', 'labels'), childPath(path, 'labels')),
    ...podSpecFaults(podSpec, childPath(path, 'spec')),
  ]
}

function alwaysFaults(spec: JsonObject): FieldFault[] {
  const restartPolicy = stringAt(spec, 'template', 'spec', 'restartPolicy')
  if (restartPolicy === '' || restartPolicy === 'Always') return []
  return [unsupportedValue('spec.template.spec.restartPolicy', restartPolicy, ['Always'])]
}

export function jobFaults(job: JsonObject): FieldFault[] {
  const spec = objectAt(job, 'spec') ?? {}
  const faults = ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished']
    .filter((field) => (numberAt(spec, field) ?? 0) < 0)
    .map((field) => invalidValue(childPath('spec', field), spec[field], 'must be greater than or equal to 0'))
  const restartPolicy = stringAt(spec, 'template', 'spec', 'restartPolicy')
  if (!['OnFailure', 'Never'].includes(restartPolicy)) {
    faults.push(requiredValue('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'))
  }
  return [...faults, ...jobSelectorFaults(spec), ...jobLabelFaults(job), ...templateFaults(spec)]
}

/** A job's pods carry what it knows them by. */
function jobLabelFaults({ metadata, spec }: JsonObject): FieldFault[] {
  if (valueAt(spec, 'manualSelector') === true || selectorAt(spec, 'selector') === undefined) return []
  const labels = objectAt(spec, 'template', 'metadata', 'labels') ?? {}
  const uid = stringAt(metadata, 'uid')
  const name = stringAt(metadata, 'name')
  const wanted = { 'controller-uid': uid, 'job-name': name }
  const prefixed = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name }
  const selector = selectorAt(spec, 'selector')
  const foreign = selects(selector, { ...wanted, ...prefixed })
    ? []
    : [invalidValue('spec.selector', selector, '`selector` not auto-generated')]
  const missing = Object.entries({ ...wanted, ...prefixed }).flatMap(([label, value]) => {
    if (labels[label] === value) return []
    const path = `spec.template.metadata.labels[${label}]`
    const why = `must be '${value}'`
    return [labels[label] === undefined ? requiredValue(path, why) : invalidValue(path, labels, why)]
  })
  return [...missing, ...foreign]
}

function jobSelectorFaults(spec: JsonObject): FieldFault[] {
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  const selector = selectorAt(spec, 'selector')
  const faults = selector === undefined ? [requiredValue('spec.selector')] : []
  if (selects(selector, stringMap(labels))) return faults
  return [...faults, mismatchedLabels(labels)]
}

function mismatchedLabels(labels: JsonObject | undefined): FieldFault {
  return invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
}

export function jobUpdateFaults(job: JsonObject, oldJob: JsonObject): FieldFault[] {
  return [
    ...immutableFaults(job, oldJob, ['completions', 'selector', 'completionMode']),
    ...jobTemplateFaults(job, oldJob),
  ]
}

/** Where its pods may run and what they get can still change while a job is suspended and has no pods. */
function jobTemplateFaults(job: JsonObject, oldJob: JsonObject): FieldFault[] {
  const before = objectAt(oldJob, 'spec') ?? {}
  const after = objectAt(job, 'spec') ?? {}
  if (jsonEqual(after.template, before.template)) return []
  const path = 'spec.template'
  if (!isAtRest(oldJob)) return [invalidValue(path, after.template, IMMUTABLE)]
  const rest = (spec: JsonObject) => jsonCopy(withoutDirectives(objectAt(spec, 'template', 'spec') ?? {}))
  if (jsonEqual(rest(after), rest(before))) return []
  return [invalidValue(childPath(path, 'spec'), valueAt(after, 'template', 'spec'), IMMUTABLE)]
}

function isAtRest(job: JsonObject): boolean {
  const isStopped = objectsAt(job, 'status', 'conditions').some(
    ({ type, status }) => type === 'Suspended' && status === 'True',
  )
  const isStarted = stringAt(job, 'status', 'startTime') !== '' && !isStopped
  return valueAt(job, 'spec', 'suspend') === true && !isStarted && (numberAt(job, 'status', 'active') ?? 0) === 0
}

function withoutDirectives({ nodeSelector, tolerations, schedulingGates, ...spec }: JsonObject): JsonObject {
  const { nodeAffinity, ...affinity } = objectAt(spec, 'affinity') ?? {}
  const bare = (list: string) => objectsAt(spec, list).map(({ resources, ...container }) => ({ ...container }))
  return { ...spec, affinity, containers: bare('containers'), initContainers: bare('initContainers') }
}

/** Fields of the spec that may not change. */
export function immutableFaults(object: JsonObject, oldObject: JsonObject, fields: string[]): FieldFault[] {
  const spec = objectAt(object, 'spec') ?? {}
  const oldSpec = objectAt(oldObject, 'spec') ?? {}
  return fields
    .filter((field) => !jsonEqual(spec[field], oldSpec[field]))
    .map((field) => invalidValue(childPath('spec', field), spec[field], IMMUTABLE))
}

const STATEFUL_SET_UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export function statefulSetUpdateFaults(set: JsonObject, oldSet: JsonObject): FieldFault[] {
  const rest = (object: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(objectAt(object, 'spec') ?? {}).filter(([field]) => !STATEFUL_SET_UPDATABLE.includes(field)),
    )
  if (jsonEqual(rest(set), rest(oldSet))) return []
  const why =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
  return [forbiddenValue('spec', why)]
}
