import { type JsonObject, objectAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue, unsupportedValue } from '../schema/field-fault.ts'

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** Faults of a PodDisruptionBudget. */
export function budgetFaults(budget: JsonObject): FieldFault[] {
  const spec = objectAt(budget, 'spec') ?? {}
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec
  const faults: FieldFault[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    faults.push(invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set'))
  }
  faults.push(...shareFaults(minAvailable, 'spec.minAvailable'), ...shareFaults(maxUnavailable, 'spec.maxUnavailable'))
  if (typeof policy === 'string' && !POLICIES.includes(policy)) {
    faults.push(unsupportedValue(childPath('spec', 'unhealthyPodEvictionPolicy'), policy, POLICIES))
  }
  return faults
}

/** A number of pods, or a part of them as text. */
function shareFaults(share: unknown, path: string): FieldFault[] {
  if (typeof share === 'number') {
    return share < 0 ? [invalidValue(path, share, 'must be greater than or equal to 0')] : []
  }
  if (typeof share !== 'string') return []
  const percent = /^([0-9]+)%$/.exec(share)?.[1]
  if (percent === undefined) return [invalidValue(path, share, PERCENT)]
  return Number(percent) > 100 ? [invalidValue(path, share, 'must not be greater than 100%')] : []
}
