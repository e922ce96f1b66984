import { goJson, jsonEqual } from '../json.ts'
import { type FieldFault, invalidValue, tooLong, unsupportedValue, wrongType } from './field-fault.ts'
import { hasFormat } from './format.ts'
import { occursIn } from './pattern.ts'
import type { Schema } from './schema.ts'

export function textFaults(text: string, schema: Schema, path: string): FieldFault[] {
  const { maxLength, minLength, pattern, format } = schema
  const faults: FieldFault[] = []
  const length = codePoints(text)
  if (maxLength !== undefined && length > maxLength) faults.push(tooLong(path, maxLength))
  if (minLength !== undefined && length < minLength) {
    faults.push(invalidValue(path, text, `${path} in body should be at least ${minLength} chars long`))
  }
  if (pattern !== undefined && pattern !== '' && !occursIn(pattern, text)) {
    faults.push(invalidValue(path, text, `${path} in body should match '${pattern}'`))
  }
  if (format !== undefined && !hasFormat(text, format)) {
    faults.push(wrongType(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`))
  }
  return faults
}

/** Length as the schema counts it: characters, not UTF-16 units. */
function codePoints(text: string): number {
  let count = 0
  for (const _char of text) count += 1
  return count
}

const INTEGER_BITS: Record<string, number> = { int32: 32, int64: 64 }

function isIntegerOf(number: number, bits: number): boolean {
  return Number.isInteger(number) && number < 2 ** (bits - 1) && number >= -(2 ** (bits - 1))
}

export function numberFaults(number: number, schema: Schema, path: string): FieldFault[] {
  const rules = [multipleRule(number, schema), maximumRule(number, schema), minimumRule(number, schema)]
  const faults = rules
    .filter((rule) => rule !== undefined)
    .map((rule) => invalidValue(path, number, `${path} in body should be ${rule}`))
  const { type, format = '' } = schema
  const bits = INTEGER_BITS[format]
  if (type === 'integer' && bits !== undefined && !isIntegerOf(number, bits)) {
    faults.push(invalidValue('', '', `Checked value must be of type integer with format ${format} in ${path}`))
  }
  return faults
}

function multipleRule(number: number, { multipleOf }: Schema): string | undefined {
  return multipleOf === undefined || isMultiple(number, multipleOf) ? undefined : `a multiple of ${multipleOf}`
}

function maximumRule(number: number, { maximum, exclusiveMaximum }: Schema): string | undefined {
  if (maximum === undefined) return undefined
  if (exclusiveMaximum === true) return number < maximum ? undefined : `less than ${maximum}`
  return number <= maximum ? undefined : `less than or equal to ${maximum}`
}

function minimumRule(number: number, { minimum, exclusiveMinimum }: Schema): string | undefined {
  if (minimum === undefined) return undefined
  if (exclusiveMinimum === true) return number > minimum ? undefined : `greater than ${minimum}`
  return number >= minimum ? undefined : `greater than or equal to ${minimum}`
}

function isMultiple(number: number, factor: number): boolean {
  const quotient = number / factor
  return Math.abs(quotient - Math.round(quotient)) < 1e-9
}

export function enumFaults(value: unknown, schema: Schema, path: string): FieldFault[] {
  const allowed = schema.enum
  if (allowed === undefined || allowed.length === 0) return []
  if (allowed.some((candidate) => jsonEqual(candidate, value))) return []
  const shown = allowed.map((candidate) => (typeof candidate === 'string' ? candidate : goJson(candidate)))
  return [unsupportedValue(path, value, shown)]
}
