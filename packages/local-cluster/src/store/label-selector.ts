import { badRequest } from '../status-error.ts'

type Labels = Record<string, string> | undefined
type Requirement = (labels: NonNullable<Labels>) => boolean

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?'
const SET = new RegExp(`^(?<key>${NAME})\\s+(?<operator>in|notin)\\s*\\((?<values>[^()]*)\\)$`)
const COMPARISON = new RegExp(`^(?<key>${NAME})\\s*(?<operator>==|=|!=|>|<)\\s*(?<value>[-A-Za-z0-9_.]*)$`)
const EXISTENCE = new RegExp(`^(?<not>!?)\\s*(?<key>${NAME})$`)

/** The predicate of a selector string as in `?labelSelector=`; throws 400 when it cannot be parsed. */
export function labelSelector(text: string): (labels: Labels) => boolean {
  const requirements = splitRequirements(text).map(requirement)
  return (labels = {}) => requirements.every((holds) => holds(labels))
}

/** Commas inside parentheses separate values, the others separate requirements. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

function requirement(text: string): Requirement {
  const set = SET.exec(text)?.groups
  if (set !== undefined) {
    const { key = '', operator, values = '' } = set
    const wanted = new Set(values.split(',').map((value) => value.trim()))
    return operator === 'in'
      ? (labels) => wanted.has(labels[key] ?? '\0')
      : (labels) => !wanted.has(labels[key] ?? '\0')
  }
  const comparison = COMPARISON.exec(text)?.groups
  if (comparison !== undefined) return comparisonHolds(comparison)
  const existence = EXISTENCE.exec(text)?.groups
  if (existence === undefined)
    throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} is not a selector`)
  const { not, key = '' } = existence
  return (labels) => key in labels === (not !== '!')
}

function comparisonHolds({ key = '', operator, value = '' }: Record<string, string>): Requirement {
  if (operator === '!=') return (labels) => labels[key] !== value
  if (operator === '>') return (labels) => key in labels && Number(labels[key]) > Number(value)
  if (operator === '<') return (labels) => key in labels && Number(labels[key]) < Number(value)
  return (labels) => labels[key] === value
}

/** The predicate of a `metav1.LabelSelector`; a missing one selects nothing, an empty one everything. */
export function objectSelector(selector: unknown): (labels: Labels) => boolean {
  if (typeof selector !== 'object' || selector === null) return () => false
  const { matchLabels, matchExpressions } = selector as {
    matchLabels?: Record<string, string>
    matchExpressions?: { key: string; operator: string; values?: string[] }[]
  }
  return (labels = {}) =>
    Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key in labels
      if (operator === 'DoesNotExist') return !(key in labels)
      return values.includes(labels[key] ?? '\0') === (operator === 'In')
    })
}
