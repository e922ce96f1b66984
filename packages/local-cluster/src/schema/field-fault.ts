import { goJson } from '../json.ts'
import type { StatusCause } from '../status-error.ts'

/** What is wrong with one field, worded as `k8s.io/apimachinery/pkg/util/validation/field` does. */
export type FieldFault = Required<StatusCause>

/** Stands for a value that is too large to be part of the message. */
export const OMITTED: unique symbol = Symbol('value omitted')

/** How the API server names the place of a fault that has none. */
export const NO_PATH = '<nil>'

export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

export function itemPath(path: string, keyOrIndex: string | number): string {
  return `${path}[${keyOrIndex}]`
}

function fault(path: string, reason: string, body: string): FieldFault {
  return { reason, message: body, field: path === '' ? NO_PATH : path }
}

function described(label: string, value: unknown, detail: string): string {
  const shown = value === OMITTED ? label : `${label}: ${value === undefined ? 'null' : goValue(value)}`
  return detail === '' ? shown : `${shown}: ${detail}`
}

function goValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return String(value)
  return goJson(value)
}

export function requiredValue(path: string, detail = ''): FieldFault {
  return fault(path, 'FieldValueRequired', described('Required value', OMITTED, detail))
}

export function invalidValue(path: string, value: unknown, detail: string): FieldFault {
  return fault(path, 'FieldValueInvalid', described('Invalid value', value, detail))
}

export function wrongType(path: string, value: unknown, detail: string): FieldFault {
  return fault(path, 'FieldValueTypeInvalid', described('Invalid value', value, detail))
}

export function duplicateValue(path: string, value: unknown): FieldFault {
  return fault(path, 'FieldValueDuplicate', described('Duplicate value', value, ''))
}

export function forbiddenValue(path: string, detail: string): FieldFault {
  return fault(path, 'FieldValueForbidden', described('Forbidden', OMITTED, detail))
}

export function unsupportedValue(path: string, value: unknown, supported: string[]): FieldFault {
  const detail =
    supported.length === 0 ? '' : `supported values: ${supported.map((text) => JSON.stringify(text)).join(', ')}`
  return fault(path, 'FieldValueNotSupported', described('Unsupported value', value, detail))
}

export function tooLong(path: string, maxLength: number): FieldFault {
  const unit = maxLength === 1 ? 'byte' : 'bytes'
  return fault(path, 'FieldValueTooLong', described('Too long', OMITTED, `may not be more than ${maxLength} ${unit}`))
}

export function tooMany(path: string, actual: number, max: number): FieldFault {
  const unit = max === 1 ? 'item' : 'items'
  return fault(path, 'FieldValueTooMany', described('Too many', actual, `must have at most ${max} ${unit}`))
}
