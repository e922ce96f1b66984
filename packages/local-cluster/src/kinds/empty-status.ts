import { builtInType, type FieldType } from '../schema/built-in-type.ts'
import type { JsonObject } from '../schema/json.ts'
import { builtInModel } from './built-in-kinds.ts'

const ZEROS: Record<string, unknown> = { int32: 0, int64: 0, boolean: false, string: '' }

/** The status that a new object of a built-in kind has before anybody reports on it; undefined for other kinds. */
export function emptyStatus(kind: { group: string; kind: string }): JsonObject | undefined {
  const model = builtInModel(kind)
  const status = model === undefined ? undefined : builtInType(model).get('status')
  if (status?.type.form !== 'struct') return undefined
  const required = [...builtInType(status.type.model)].filter(([, field]) => field.required)
  return Object.fromEntries(required.map(([name, { type }]) => [name, zeroOf(type)]))
}

function zeroOf(type: FieldType): unknown {
  return type.form === 'scalar' ? (ZEROS[type.name] ?? null) : null
}
