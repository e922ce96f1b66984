import { type JsonObject, listAt, objectAt, stringAt } from '../json.ts'
import { childPath, type FieldFault, itemPath, requiredValue, unsupportedValue } from '../schema/field-fault.ts'
import { labelFaults } from './metadata-faults.ts'

const TOLERATION_OPERATORS = ['Equal', 'Exists']
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Faults of what a pod says about the nodes it may run on. */
export function schedulingFaults(spec: JsonObject, path: string): FieldFault[] {
  return [
    ...labelFaults(objectAt(spec, 'nodeSelector'), childPath(path, 'nodeSelector')),
    ...termFaults(spec, path),
    ...listAt(spec, 'tolerations').flatMap((toleration, index) =>
      tolerationFaults(toleration, itemPath(childPath(path, 'tolerations'), index)),
    ),
  ]
}

function termFaults(spec: JsonObject, path: string): FieldFault[] {
  const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']
  const selector = objectAt(spec, ...required)
  if (selector?.nodeSelectorTerms === undefined || listAt(selector, 'nodeSelectorTerms').length > 0) return []
  const at = childPath(path, [...required, 'nodeSelectorTerms'].join('.'))
  return [requiredValue(at, 'must have at least one node selector term')]
}

function tolerationFaults(toleration: unknown, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  const operator = stringAt(toleration, 'operator')
  const effect = stringAt(toleration, 'effect')
  if (operator !== '' && !TOLERATION_OPERATORS.includes(operator)) {
    faults.push(unsupportedValue(childPath(path, 'operator'), operator, TOLERATION_OPERATORS))
  }
  if (effect !== '' && !EFFECTS.includes(effect)) {
    faults.push(unsupportedValue(childPath(path, 'effect'), effect, EFFECTS))
  }
  return faults
}
