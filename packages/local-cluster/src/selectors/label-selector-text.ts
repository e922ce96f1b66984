import { badRequest } from '../status-error.ts'
import { labelValue, qualifiedName } from '../validation/name-rules.ts'
import { meetsRequirement, type SelectorRequirement } from './label-selector.ts'
import { type SelectorToken, selectorTokens } from './selector-tokens.ts'

const OPERATORS: Record<string, string> = {
  in: 'In',
  notin: 'NotIn',
  '=': 'In',
  '==': 'In',
  '!=': 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
}
const EXPECTED = 'in, notin, =, ==, !=, gt, lt'

/** The predicate of a selector string as in `?labelSelector=`; throws 400 when it cannot be parsed. */
export function labelSelector(text: string): (labels: Record<string, string> | undefined) => boolean {
  const requirements = parsed(new TokenReader(selectorTokens(text)))
  return (labels) => requirements.every((each) => meetsRequirement(each, labels))
}

class TokenReader {
  readonly #tokens: SelectorToken[]
  #position = 0

  constructor(tokens: SelectorToken[]) {
    this.#tokens = tokens
  }

  get ahead(): SelectorToken {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' }
  }

  take(): SelectorToken {
    const token = this.ahead
    this.#position += 1
    return token
  }
}

function parsed(reader: TokenReader): SelectorRequirement[] {
  const requirements: SelectorRequirement[] = []
  for (;;) {
    const { kind, text } = reader.ahead
    if (kind === 'end') return requirements
    if (kind !== 'word' && kind !== '!')
      throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`)
    requirements.push(requirement(reader))
    const next = reader.take()
    if (next.kind === 'end') return requirements
    if (next.kind !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`)
    const { ahead } = reader
    if (ahead.kind !== 'word' && ahead.kind !== '!') {
      throw badRequest(`found '${ahead.text}', expected: identifier after ','`)
    }
  }
}

function unparsable(why: string) {
  return badRequest(`unable to parse requirement: ${why}`)
}

function requirement(reader: TokenReader): SelectorRequirement {
  let token = reader.take()
  const negated = token.kind === '!'
  if (negated) token = reader.take()
  const { kind, text: key } = token
  if (kind !== 'word') throw unparsable(`found '${key}', expected: identifier`)
  const faults = qualifiedName(key)
  if (faults.length > 0) throw unparsable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${faults.join('; ')}`)
  if (negated) return { key, operator: 'DoesNotExist' }
  if (reader.ahead.kind === 'end' || reader.ahead.kind === ',') return { key, operator: 'Exists' }
  const { text } = reader.take()
  const operator = OPERATORS[text]
  if (operator === undefined) throw unparsable(`found '${text}', expected: ${EXPECTED}`)
  const values = text === 'in' || text === 'notin' ? listedValues(reader) : [exactValue(reader)]
  if (operator === 'Gt' || operator === 'Lt') checkBound(values)
  checkValues(key, values)
  return { key, operator, values }
}

function checkBound(values: string[]): void {
  const [bound = ''] = values
  if (/^[+-]?\d+$/.test(bound)) return
  const why = "for 'Gt', 'Lt' operators, the value must be an integer"
  throw unparsable(`values[0]: Invalid value: ${JSON.stringify(bound)}: ${why}`)
}

function checkValues(key: string, values: string[]): void {
  values.forEach((value, index) => {
    const faults = labelValue(value)
    if (faults.length === 0) return
    const field = `values[${index}][${key}]`
    throw unparsable(`${field}: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`)
  })
}

function exactValue(reader: TokenReader): string {
  const { kind } = reader.ahead
  if (kind === 'end' || kind === ',') return ''
  const token = reader.take()
  if (token.kind !== 'word') throw unparsable(`found '${token.text}', expected: identifier`)
  return token.text
}

function listedValues(reader: TokenReader): string[] {
  const open = reader.take()
  if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`)
  const { kind, text } = reader.ahead
  if (kind !== 'word' && kind !== ',' && kind !== ')') {
    throw unparsable(`found '${text}', expected: ',', ')' or identifier`)
  }
  const values = new Set<string>()
  for (;;) {
    values.add(listedValue(reader))
    if (reader.take().kind === ')') return [...values].sort()
  }
}

/** One value of a list, perhaps the empty one; a comma or the closing parenthesis is ahead then. */
function listedValue(reader: TokenReader): string {
  const { kind, text } = reader.ahead
  if (kind === ',' || kind === ')') return ''
  if (kind !== 'word') throw unparsable(`found '${text}', expected: ',', or identifier`)
  reader.take()
  const { ahead } = reader
  if (ahead.kind !== ',' && ahead.kind !== ')') throw unparsable(`found '${ahead.text}', expected: ',' or ')'`)
  return text
}
