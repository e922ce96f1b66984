import {
  type TypeError as CelTypeError,
  type Environment,
  EvaluationError,
  type ParseError,
} from '@marcbachmann/cel-js'
import { costBound, exceedsCall } from './cost.ts'
import { evaluatingEnvironment } from './environment.ts'
import { type ExpressionSource, readExpression } from './expression-source.ts'

export type Variables = Record<string, unknown>

/** What an evaluation may still cost; shared by all expressions of one request. */
export interface Budget {
  left: number
}

export interface Expression extends Pick<ExpressionSource, 'names' | 'variables'> {
  /** The most that an evaluation over these values can cost. */
  costBound(looksAt: unknown[]): number
  /** Throws `Error` with CEL's wording, or `CostExceeded`. */
  evaluate(variables: Variables, budget: Budget, looksAt: unknown[]): unknown
}

export class CostExceeded extends Error {
  override readonly name = 'CostExceeded'
}

/** Type of the expression, or why it does not compile, worded as the API server does. */
export function checkExpression(text: string, environment: Environment): { type: string } | { fault: string } {
  const result = environment.check(readExpression(text).text)
  if (result.valid) return { type: result.type ?? 'dyn' }
  return { fault: compileFault(text, result.error) }
}

function compileFault(text: string, error: ParseError | CelTypeError | undefined): string {
  const isField = error?.code === 'no_such_key'
  // The API server points at the dot before a field.
  const column = Math.max(1, (error?.range?.start ?? 0) + (isField ? 0 : 1))
  const why = compileWording(error?.code, error?.summary ?? 'invalid expression')
  return `compilation failed: ERROR: <input>:1:${column}: ${why}\n | ${text}\n | ${'.'.repeat(column - 1)}^`
}

/** The API server's words where the library has its own. */
function compileWording(code: string | undefined, summary: string): string {
  const name = summary.slice(summary.indexOf(': ') + 2)
  if (code === 'no_such_key') return `undefined field '${name}'`
  return code === 'unknown_variable' ? `undeclared reference to '${name}' (in container '')` : summary
}

/** Compiles an expression for values of any type; throws when it does not parse. */
export function compileExpression(text: string): Expression {
  const source = readExpression(text)
  const run = evaluatingEnvironment().parse(source.text)
  return {
    names: source.names,
    variables: source.variables,
    costBound: (looksAt) => costBound(source, looksAt),
    evaluate(variables, budget, looksAt) {
      spend(source, budget, looksAt)
      try {
        return run(variables)
      } catch (error) {
        throw new Error(evaluationFault(error), { cause: error })
      }
    },
  }
}

function spend(source: ExpressionSource, budget: Budget, looksAt: unknown[]): void {
  const cost = costBound(source, looksAt)
  budget.left -= cost
  if (exceedsCall(cost) || budget.left < 0) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
}

function evaluationFault(error: unknown): string {
  const text = error instanceof EvaluationError ? error.summary : error instanceof Error ? error.message : String(error)
  const outside = /index out of bounds, index (-?\d+)/.exec(text)
  if (outside !== null) return `index out of bounds: ${outside[1]}`
  return text.replace(/^No such key/, 'no such key').replace(/\n[\s\S]*/, '')
}
