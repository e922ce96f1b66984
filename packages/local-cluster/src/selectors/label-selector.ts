import { isJsonObject, valueAt } from '../json.ts'

export interface SelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: SelectorRequirement[]
}

type Labels = Record<string, string> | undefined

const INTEGER = /^[+-]?\d+$/

function compares(value: string | undefined, bound: string | undefined, holds: (a: bigint, b: bigint) => boolean) {
  if (value === undefined || bound === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false
  return holds(BigInt(value), BigInt(bound))
}

/** One requirement of a label or node selector; an unknown operator matches nothing. */
export function meetsRequirement({ key, operator, values = [] }: SelectorRequirement, labels: Labels): boolean {
  const value = labels?.[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return compares(value, values[0], (a, b) => a > b)
    case 'Lt':
      return compares(value, values[0], (a, b) => a < b)
    default:
      return false
  }
}

export function hasLabels(labels: Labels, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}

/** An absent selector matches nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  return (
    hasLabels(labels, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every((requirement) => meetsRequirement(requirement, labels))
  )
}

function isSelector(value: unknown): value is LabelSelector {
  return isJsonObject(value)
}

/** The selector in a field of an object that was validated; undefined when there is none. */
export function selectorAt(object: unknown, ...path: string[]): LabelSelector | undefined {
  const selector = valueAt(object, ...path)
  return isSelector(selector) ? selector : undefined
}
