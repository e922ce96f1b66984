import { goJson, isJsonObject } from '../json.ts'
import { childPath, duplicateValue, type FieldFault, invalidValue, itemPath } from './field-fault.ts'
import { fieldSchema, type Schema } from './schema.ts'
import { listMapKey } from './validate-value.ts'

/** Refuses repeated items of `listType: set` and repeated keys of `listType: map`, at any depth. */
export function repeatedItems(value: unknown, schema: Schema | undefined, path: string): FieldFault[] {
  if (schema === undefined) return []
  if (Array.isArray(value)) {
    const below = value.flatMap((item, index) => repeatedItems(item, schema.items, itemPath(path, index)))
    return [...repeatedIn(value, schema, path), ...below]
  }
  if (!isJsonObject(value)) return []
  return Object.keys(value).flatMap((name) => {
    const named = schema.properties !== undefined && Object.hasOwn(schema.properties, name)
    return repeatedItems(value[name], fieldSchema(schema, name), named ? childPath(path, name) : itemPath(path, name))
  })
}

function repeatedIn(list: unknown[], schema: Schema, path: string): FieldFault[] {
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'set') {
    return repeats(list.map((item) => goJson(item))).map((index) => duplicateValue(itemPath(path, index), list[index]))
  }
  if (listType !== 'map') return []
  const odd = list.findIndex((item) => item !== null && !isJsonObject(item))
  if (odd >= 0) {
    return [invalidValue(itemPath(path, odd), list[odd], 'must be an object for an array of list-type map')]
  }
  const keys = list.map((item) => listMapKey(item, schema))
  return repeats(keys).map((index) => duplicateValue(itemPath(path, index), keyObject(list[index], schema)))
}

function keyObject(item: unknown, schema: Schema): unknown {
  if (!isJsonObject(item)) return item
  const names = schema['x-kubernetes-list-map-keys'] ?? []
  return Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]))
}

/** Index of the first repetition of each text that occurs more than once. */
function repeats(texts: string[]): number[] {
  const seen = new Map<string, number>()
  return texts.flatMap((text, index) => {
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    return times === 1 ? [index] : []
  })
}
