import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, ZONE_LABEL } from '@kaito/api'
import type { CapacityType, LaunchChoice, Requirement } from './claim.ts'

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

/** Values all requirements on `key` allow, in the order written; undefined when none of them names values. */
function allowedValues(requirements: readonly Requirement[], key: string): string[] | undefined {
  const onKey = requirements.filter((requirement) => requirement.key === key)
  const sets = onKey.filter(({ operator }) => operator === 'In').map(({ values }) => values ?? [])
  const refused = new Set(onKey.filter(({ operator }) => operator === 'NotIn').flatMap(({ values }) => values ?? []))
  const [first, ...others] = sets
  return first?.filter((value) => !refused.has(value) && others.every((set) => set.includes(value)))
}

function capacityTypes(requirements: readonly Requirement[]): CapacityType[] {
  const allowed = allowedValues(requirements, CAPACITY_TYPE_LABEL) ?? ['on-demand']
  // Spot is only taken when asked for, and then it is what the asker would rather pay for.
  return (['spot', 'on-demand'] as const).filter((capacityType) => allowed.includes(capacityType))
}

/** Every way to launch that the requirements allow, best first: by instance type, then price, then zone. */
export function launchChoices(requirements: readonly Requirement[]): LaunchChoice[] {
  const instanceTypes = [...new Set(allowedValues(requirements, INSTANCE_TYPE_LABEL) ?? [])]
  const zones = allowedValues(requirements, ZONE_LABEL) ?? [undefined]
  return instanceTypes.flatMap((instanceType) =>
    capacityTypes(requirements).flatMap((capacityType) => zones.map((zone) => ({ instanceType, capacityType, zone }))),
  )
}

/** Requirements that leave one value, as the labels every node of the claim has. */
export function fixedLabels(requirements: readonly Requirement[]): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const key of new Set(requirements.map((requirement) => requirement.key))) {
    const [value, ...others] = allowedValues(requirements, key) ?? []
    if (value !== undefined && others.length === 0 && LABEL_VALUE.test(value)) labels[key] = value
  }
  return labels
}
