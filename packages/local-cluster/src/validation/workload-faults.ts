import { type JsonObject, jsonEqual, numberAt, objectAt, stringAt } from '../json.ts'
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
  return [...faults, ...templateFaults(spec), ...alwaysFaults(spec)]
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
  if (!selects(selector, stringMap(labels))) {
    const why = '`selector` does not match template `labels`'
    faults.push(invalidValue('spec.template.metadata.labels', labels, why))
  }
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
  return [...faults, ...templateFaults(spec)]
}

export function jobUpdateFaults(job: JsonObject, oldJob: JsonObject): FieldFault[] {
  return immutableFaults(job, oldJob, ['completions', 'selector', 'template', 'completionMode'])
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
