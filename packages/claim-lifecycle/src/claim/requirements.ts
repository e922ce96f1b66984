import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  MACHINE_DOMAIN,
  NODE_POOL_LABEL,
  PROVISIONER_NAME_LABEL,
  ZONE_LABEL,
} from '@kaito/api'
import type { Requirement } from './claim.ts'

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const WHOLE_NUMBER = /^[0-9]{1,15}$/
/** They name who asks, not what for. */
const OWNER_KEYS = new Set<string>([NODE_POOL_LABEL, PROVISIONER_NAME_LABEL])
/** Answered by the choice that is launched. */
export const CHOICE_KEYS: ReadonlySet<string> = new Set([INSTANCE_TYPE_LABEL, CAPACITY_TYPE_LABEL, ZONE_LABEL])

/** Whether a label of this key is a fact about the machine, not one that a claim can give its node. */
export function isMachineKey(key: string): boolean {
  const [domain, name] = key.split('/')
  return name !== undefined && MACHINE_DOMAIN.test(domain ?? '') && !OWNER_KEYS.has(key)
}

/** Whether a node whose label has this value, or lacks it where undefined, meets all requirements on its key. */
export function permits(requirements: readonly Requirement[], key: string, value: string | undefined): boolean {
  return requirements.every((requirement) => requirement.key !== key || isMet(requirement, value))
}

/** A label that is absent meets only what asks for absence; Karpenter reads NotIn so, too. */
function isMet({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  if (value === undefined) return operator === 'DoesNotExist' || operator === 'NotIn'
  const bound = Number(values[0])
  const amount = WHOLE_NUMBER.test(value) ? Number(value) : Number.NaN
  switch (operator) {
    case 'In':
      return values.includes(value)
    case 'NotIn':
      return !values.includes(value)
    case 'Exists':
      return true
    case 'Gt':
      return amount > bound
    case 'Gte':
      return amount >= bound
    case 'Lt':
      return amount < bound
    case 'Lte':
      return amount <= bound
    default:
      return false
  }
}

/** Values that all requirements on `key` allow, in the order written; undefined when none of them names values. */
export function allowedValues(requirements: readonly Requirement[], key: string): string[] | undefined {
  const named = requirements.find((requirement) => requirement.key === key && requirement.operator === 'In')
  return named && [...new Set(named.values)].filter((value) => permits(requirements, key, value))
}

/**
 * What the requirements say of every node of the claim, as labels: of the machine what leaves one value, and of
 * everything else the first value, for nodes are given the labels that claims ask for.
 */
export function fixedLabels(requirements: readonly Requirement[]): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const key of new Set(requirements.map((requirement) => requirement.key))) {
    const [value, ...others] = allowedValues(requirements, key) ?? []
    if (value === undefined || !LABEL_VALUE.test(value)) continue
    if (others.length === 0 || !isMachineKey(key)) labels[key] = value
  }
  return labels
}

/** Why no node at all can meet the requirements on one key, whatever the key means; undefined when one may. */
export function contradiction(requirements: readonly Requirement[], key: string): string | undefined {
  const onKey = requirements.filter((requirement) => requirement.key === key)
  const malformed = onKey.map(malformation).find((fault) => fault !== undefined)
  if (malformed !== undefined) return malformed
  const isEmpty = allowedValues(onKey, key)?.length === 0 || isAbsentAndPresent(onKey) || isEmptyRange(onKey)
  return isEmpty ? `the requirements on ${key} exclude each other: correct or leave out one of them` : undefined
}

const BOUNDS = new Set(['Gt', 'Gte', 'Lt', 'Lte'])

function malformation({ key, operator, values = [] }: Requirement): string | undefined {
  if (operator === 'Exists' || operator === 'DoesNotExist' || operator === 'NotIn') return undefined
  if (operator === 'In')
    return values.length > 0 ? undefined : `the requirement on ${key} is In without values: name one`
  if (!BOUNDS.has(operator)) {
    return `the requirement on ${key} has the operator "${operator}": use In, NotIn, Exists, DoesNotExist, Gt, Gte, Lt or Lte`
  }
  const isNumber = values.length === 1 && WHOLE_NUMBER.test(values[0] ?? '')
  return isNumber ? undefined : `the requirement on ${key} is ${operator} and needs one whole number as its value`
}

function isAbsentAndPresent(onKey: readonly Requirement[]): boolean {
  const isAbsent = onKey.some(({ operator }) => operator === 'DoesNotExist')
  return isAbsent && onKey.some(({ operator }) => operator !== 'DoesNotExist' && operator !== 'NotIn')
}

function isEmptyRange(onKey: readonly Requirement[]): boolean {
  const bounds = onKey.filter(({ operator }) => BOUNDS.has(operator))
  const least = Math.max(0, ...bounds.map(({ operator, values }) => lowest(operator, Number(values?.[0]))))
  const most = Math.min(...bounds.map(({ operator, values }) => highest(operator, Number(values?.[0]))))
  return least > most
}

function lowest(operator: string, bound: number): number {
  if (operator === 'Gt') return bound + 1
  return operator === 'Gte' ? bound : 0
}

function highest(operator: string, bound: number): number {
  if (operator === 'Lt') return bound - 1
  return operator === 'Lte' ? bound : Number.POSITIVE_INFINITY
}
