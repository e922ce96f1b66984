import { type JsonObject, numberAt } from '../json.ts'
import { childPath, type FieldFault, invalidValue } from '../schema/field-fault.ts'

/** Faults of a Lease. */
export function leaseFaults(lease: JsonObject): FieldFault[] {
  const faults: FieldFault[] = []
  const duration = numberAt(lease, 'spec', 'leaseDurationSeconds')
  const transitions = numberAt(lease, 'spec', 'leaseTransitions')
  const refuse = (field: string, value: number, why: string) =>
    faults.push(invalidValue(childPath('spec', field), value, why))
  if (duration !== undefined && duration <= 0) refuse('leaseDurationSeconds', duration, 'must be greater than 0')
  if (transitions !== undefined && transitions < 0) {
    refuse('leaseTransitions', transitions, 'must be greater than or equal to 0')
  }
  return faults
}
