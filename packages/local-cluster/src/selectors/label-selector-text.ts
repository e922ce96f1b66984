import { badRequest } from '../status-error.ts'
import { meetsRequirement, type SelectorRequirement } from './label-selector.ts'

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?'
const SET = new RegExp(`^(?<key>${NAME})\\s+(?<operator>in|notin)\\s*\\((?<values>[^()]*)\\)$`)
const COMPARISON = new RegExp(`^(?<key>${NAME})\\s*(?<operator>==|=|!=|>|<)\\s*(?<value>[-A-Za-z0-9_.]*)$`)
const EXISTENCE = new RegExp(`^(?<not>!?)\\s*(?<key>${NAME})$`)

const COMPARISONS: Record<string, string> = { '!=': 'NotIn', '>': 'Gt', '<': 'Lt' }

/** The predicate of a selector string as in `?labelSelector=`; throws 400 when it cannot be parsed. */
export function labelSelector(text: string): (labels: Record<string, string> | undefined) => boolean {
  const requirements = splitRequirements(text).map(requirement)
  return (labels) => requirements.every((each) => meetsRequirement(each, labels))
}

/** Commas inside parentheses separate values, the others separate requirements. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

function requirement(text: string): SelectorRequirement {
  const set = SET.exec(text)?.groups
  if (set !== undefined) {
    const { key = '', operator, values = '' } = set
    const wanted = values.split(',').map((value) => value.trim())
    return { key, operator: operator === 'in' ? 'In' : 'NotIn', values: wanted }
  }
  const { key = '', operator = '', value = '' } = COMPARISON.exec(text)?.groups ?? {}
  if (operator !== '') return { key, operator: COMPARISONS[operator] ?? 'In', values: [value] }
  const { not, key: name } = EXISTENCE.exec(text)?.groups ?? {}
  if (name === undefined) throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} is not a selector`)
  return { key: name, operator: not === '!' ? 'DoesNotExist' : 'Exists' }
}
