import { type JsonObject, numberAt, objectAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue } from '../schema/field-fault.ts'

/** Counts in the status of each kind that never are negative. */
const COUNTS: Record<string, string[]> = {
  DaemonSet: [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
  ],
  Deployment: [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ],
  Job: ['active', 'succeeded', 'failed', 'ready', 'terminating'],
  PodDisruptionBudget: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
  ReplicaSet: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  StatefulSet: ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
}

/** Counts of pods that are some of all replicas. */
const PARTS: Record<string, string[]> = {
  Deployment: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
  ReplicaSet: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
  StatefulSet: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
}

/** Faults of the counts in the status of a kind that counts pods. */
export function statusFaults(object: JsonObject, kind: string): FieldFault[] {
  const status = objectAt(object, 'status') ?? {}
  const count = (field: string) => numberAt(status, field) ?? 0
  const refused = (field: string, why: string) => invalidValue(childPath('status', field), count(field), why)
  const all = count('replicas')
  const parts = PARTS[kind] ?? []
  const faults = (COUNTS[kind] ?? [])
    .filter((field) => count(field) < 0)
    .map((field) => refused(field, 'must be greater than or equal to 0'))
  faults.push(
    ...parts
      .filter((field) => count(field) > all)
      .map((field) => refused(field, 'cannot be greater than status.replicas')),
  )
  if (parts.length > 0 && count('availableReplicas') > count('readyReplicas')) {
    const ready = kind === 'StatefulSet' ? 'status.readyReplicas' : 'readyReplicas'
    faults.push(refused('availableReplicas', `cannot be greater than ${ready}`))
  }
  return faults
}
