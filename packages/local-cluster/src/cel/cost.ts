import { isJsonObject } from '../json.ts'
import type { ExpressionSource } from './expression-source.ts'

/** What one evaluation, and all evaluations of one request, may cost, in visited expression parts. */
const PER_CALL_LIMIT = 10_000_000
export const REQUEST_BUDGET = 100_000_000

/** An upper bound of the parts that evaluation visits: loops are bounded by the largest collection in reach. */
export function costBound(source: ExpressionSource, values: unknown[]): number {
  if (source.loopDepth === 0) return source.length
  const largest = Math.max(1, ...values.map((value) => largestSize(value, source.splitsText)))
  return source.length * largest ** source.loopDepth
}

export function exceedsCall(cost: number): boolean {
  return cost > PER_CALL_LIMIT
}

function largestSize(value: unknown, countText: boolean): number {
  if (typeof value === 'string') return countText ? value.length : 0
  const parts = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
  return parts.reduce<number>((largest, part) => Math.max(largest, largestSize(part, countText)), parts.length)
}
