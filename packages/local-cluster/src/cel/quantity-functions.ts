import type { Environment } from '@marcbachmann/cel-js'
import { parseQuantity } from '../schema/quantity.ts'

const NANOS = 1_000_000_000n

class QuantityValue {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

function quantityValue(text: string): QuantityValue {
  const parsed = parseQuantity(text)
  if (parsed === undefined) {
    throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }
  return new QuantityValue(parsed.nanos)
}

const plus = (left: QuantityValue, right: QuantityValue): QuantityValue => new QuantityValue(left.nanos + right.nanos)
const minus = (left: QuantityValue, right: QuantityValue): QuantityValue => new QuantityValue(left.nanos - right.nanos)
const order = (left: QuantityValue, right: QuantityValue): bigint => sign(left.nanos - right.nanos)
const sign = (nanos: bigint): bigint => (nanos > 0n ? 1n : nanos < 0n ? -1n : 0n)

function integer({ nanos }: QuantityValue): bigint {
  if (nanos % NANOS !== 0n) throw new Error('cannot convert value to integer')
  return nanos / NANOS
}

/** Kubernetes' quantity library. */
export function registerQuantities(environment: Environment): void {
  environment
    .registerType('QuantityValue', QuantityValue)
    .registerFunction('quantity(string): QuantityValue', quantityValue)
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
    .registerFunction('QuantityValue.sign(): int', ({ nanos }: QuantityValue) => sign(nanos))
    .registerFunction('QuantityValue.isInteger(): bool', ({ nanos }: QuantityValue) => nanos % NANOS === 0n)
    .registerFunction('QuantityValue.asInteger(): int', integer)
    .registerFunction('QuantityValue.asApproximateFloat(): double', ({ nanos }: QuantityValue) => Number(nanos) / 1e9)
    .registerFunction('QuantityValue.add(QuantityValue): QuantityValue', plus)
    .registerFunction('QuantityValue.sub(QuantityValue): QuantityValue', minus)
    .registerFunction('QuantityValue.add(int): QuantityValue', (left: QuantityValue, right: bigint) =>
      plus(left, new QuantityValue(right * NANOS)),
    )
    .registerFunction('QuantityValue.sub(int): QuantityValue', (left: QuantityValue, right: bigint) =>
      minus(left, new QuantityValue(right * NANOS)),
    )
    .registerFunction('QuantityValue.compareTo(QuantityValue): int', order)
    .registerFunction(
      'QuantityValue.isLessThan(QuantityValue): bool',
      (left: QuantityValue, right: QuantityValue) => order(left, right) < 0n,
    )
    .registerFunction(
      'QuantityValue.isGreaterThan(QuantityValue): bool',
      (left: QuantityValue, right: QuantityValue) => order(left, right) > 0n,
    )
    .registerOperator(
      'QuantityValue == QuantityValue',
      (left: QuantityValue, right: QuantityValue) => left.nanos === right.nanos,
    )
}
