import type { Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { occursIn } from '../schema/pattern.ts'
import { SAFE_MATCHES } from './expression-source.ts'

function found(text: string, pattern: string, limit: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text)
  const all: string[] = []
  while (all.length < limit && matcher.find()) all.push(matcher.group() ?? '')
  return all
}

function findAll(text: string, pattern: string, limit?: bigint): string[] {
  return found(text, pattern, limit === undefined || limit < 0n ? Number.POSITIVE_INFINITY : Number(limit))
}

function replace(text: string, [from, to]: [string, string], limit: bigint): string {
  const parts = text.split(from)
  const joints = limit < 0n ? parts.length - 1 : Math.min(Number(limit), parts.length - 1)
  return [parts.slice(0, joints + 1).join(to), ...parts.slice(joints + 1)].join(from)
}

function characterAt(text: string, index: bigint): string {
  const characters = [...text]
  if (index < 0n || index > characters.length) throw new Error(`index out of range: ${index}`)
  return characters[Number(index)] ?? ''
}

const DIRECTIVE = /%(?:\.(\d+))?([sdfxob%])/g
const RADIX: Record<string, number> = { x: 16, o: 8, b: 2 }

/** `%s` and its like, as far as messages of rules use them. */
function format(template: string, values: unknown[]): string {
  const rest = [...values]
  return template.replace(DIRECTIVE, (directive) => {
    const letter = directive.slice(-1)
    if (letter === '%') return '%'
    if (rest.length === 0) throw new Error(`index ${values.length} out of range`)
    const value = rest.shift()
    if (letter === 'f') return Number(value).toFixed(Number(directive.slice(2, -1) || 6))
    const radix = RADIX[letter]
    return radix === undefined ? shown(value) : BigInt(String(value)).toString(radix)
  })
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null) return String(value)
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}: ${shown(part)}`)
    .join(', ')}}`
}

/** Kubernetes' string and regular expression libraries, beyond what the CEL library has. */
export function registerText(environment: Environment): void {
  environment
    .registerFunction(`${SAFE_MATCHES}(string, string): bool`, (text: string, pattern: string) =>
      occursIn(pattern, text),
    )
    .registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, pattern: string) =>
      occursIn(pattern, text),
    )
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => found(text, pattern, 1)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern))
    .registerFunction('string.findAll(string, int): list<string>', findAll)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('string.replace(string, string, int): string', (...[text, from, to, limit]: Replacement) =>
      replace(text, [from, to], limit),
    )
    .registerFunction('string.charAt(int): string', characterAt)
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.format(list): string', format)
}

type Replacement = [text: string, from: string, to: string, limit: bigint]
