import { isJsonObject, jsonCopy } from '../json.ts'
import { additionalSchema, fieldSchema, type Schema } from './schema.ts'

/** Fills in, in place, the defaults of a structural schema; a null that is not allowed counts as absent. */
export function applyDefaults(value: unknown, schema: Schema | undefined): void {
  if (schema === undefined) return
  if (Array.isArray(value)) applyToItems(value, schema.items)
  else if (isJsonObject(value)) applyToFields(value, schema)
}

function applyToItems(list: unknown[], items: Schema | undefined): void {
  if (items === undefined) return
  list.forEach((item, index) => {
    if (isForbiddenNull(item, items) && items.default !== undefined) list[index] = jsonCopy(items.default)
    applyDefaults(list[index], items)
  })
}

function applyToFields(object: Record<string, unknown>, schema: Schema): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue
    if (!Object.hasOwn(object, name) || isForbiddenNull(object[name], property)) {
      object[name] = jsonCopy(property.default)
    }
  }
  const other = additionalSchema(schema)
  for (const name of Object.keys(object)) {
    const property = fieldSchema(schema, name)
    if (property === undefined) continue
    if (property === other && isForbiddenNull(object[name], other) && other.default !== undefined) {
      object[name] = jsonCopy(other.default)
    }
    applyDefaults(object[name], property)
  }
}

function isForbiddenNull(value: unknown, schema: Schema): boolean {
  return value === null && schema.nullable !== true
}

/** Removes, in place, nulls that the schema neither allows nor replaces by a default; they mean "not set". */
export function dropForbiddenNulls(value: unknown, schema: Schema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropForbiddenNulls(item, schema?.items)
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      const property = fieldSchema(schema, name)
      if (property !== undefined && property.default === undefined && isForbiddenNull(value[name], property)) {
        delete value[name]
      } else {
        dropForbiddenNulls(value[name], property)
      }
    }
  }
}
