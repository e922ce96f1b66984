import type { Environment } from '@marcbachmann/cel-js'
import { celEqual } from './equality.ts'

class SetFunctions {}

type Ordered = bigint | number | string | boolean | Date

function contains(list: unknown[], wanted: unknown[]): boolean {
  return wanted.every((item) => list.some((candidate) => celEqual(candidate, item)))
}

function positionOf(list: unknown[], item: unknown): bigint {
  return BigInt(list.findIndex((candidate) => celEqual(candidate, item)))
}

function sum(list: (bigint | number)[]): bigint | number {
  if (typeof list[0] === 'number') return list.reduce<number>((total, item) => total + Number(item), 0)
  return list.reduce<bigint>((total, item) => total + BigInt(item), 0n)
}

function extreme(list: Ordered[], isBetter: (left: Ordered, right: Ordered) => boolean): Ordered {
  const [first, ...rest] = list
  if (first === undefined) throw new Error('min/max called on empty list')
  return rest.reduce((best, item) => (isBetter(item, best) ? item : best), first)
}

function isSorted(list: Ordered[]): boolean {
  return list.every((item, index) => index === 0 || (list[index - 1] ?? item) <= item)
}

/** Kubernetes' list library and the sets of CEL's extensions. */
export function registerLists(environment: Environment): void {
  environment
    .registerType('SetFunctions', SetFunctions)
    .registerConstant('sets', 'SetFunctions', new SetFunctions())
    .registerFunction('list.isSorted(): bool', isSorted)
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', (list: Ordered[]) => extreme(list, (left, right) => left < right))
    .registerFunction('list.max(): dyn', (list: Ordered[]) => extreme(list, (left, right) => left > right))
    .registerFunction('list.indexOf(dyn): int', positionOf)
    .registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], item: unknown) =>
      BigInt(list.findLastIndex((candidate) => celEqual(candidate, item))),
    )
    .registerFunction('SetFunctions.contains(list, list): bool', (_sets, list: unknown[], wanted: unknown[]) =>
      contains(list, wanted),
    )
    .registerFunction('SetFunctions.intersects(list, list): bool', (_sets, left: unknown[], right: unknown[]) =>
      left.some((item) => contains(right, [item])),
    )
    .registerFunction(
      'SetFunctions.equivalent(list, list): bool',
      (_sets, left: unknown[], right: unknown[]) => contains(left, right) && contains(right, left),
    )
}
