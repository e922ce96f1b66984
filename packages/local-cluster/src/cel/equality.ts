import { evaluate, type Optional } from '@marcbachmann/cel-js'

/** Equality as CEL defines it: exact for numbers of any kind, deep for lists and maps. */
export function celEqual(left: unknown, right: unknown): boolean {
  return evaluate('left == right', { left, right }) === true
}

export function optionalEqual(left: Optional, right: Optional): boolean {
  if (!left.hasValue() || !right.hasValue()) return left.hasValue() === right.hasValue()
  return celEqual(left.value(), right.value())
}
