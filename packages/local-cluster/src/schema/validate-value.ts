import { isJsonObject, type JsonObject, jsonEqual } from '../json.ts'
import { childPath, type FieldFault, invalidValue, itemPath, requiredValue, tooMany, wrongType } from './field-fault.ts'
import { additionalSchema, type Schema } from './schema.ts'
import { enumFaults, numberFaults, textFaults } from './validate-scalar.ts'

/** A value and, for an update, the stored value at the same place: what did not change is not refused again. */
export interface Compared {
  value: unknown
  old?: unknown
}

/** Faults of a value by a structural schema, without its CEL rules; paths begin at `path`. */
export function schemaFaults({ value, old }: Compared, schema: Schema, path: string): FieldFault[] {
  if (old !== undefined && jsonEqual(value, old)) return []
  if (value === null) return nullFaults(schema, path)
  return [
    ...typeFaults(value, schema, path),
    ...combinationFaults(value, schema, path),
    ...(typeof value === 'string' ? textFaults(value, schema, path) : []),
    ...(typeof value === 'number' ? numberFaults(value, schema, path) : []),
    ...(Array.isArray(value) ? listFaults({ value, old }, schema, path) : []),
    ...enumFaults(value, schema, path),
    ...(isJsonObject(value) ? objectFaults({ value, old }, schema, path) : []),
  ]
}

function acceptedTypes(schema: Schema): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return schema.type === undefined || schema.type === '' ? [] : [schema.type]
}

function nullFaults(schema: Schema, path: string): FieldFault[] {
  const types = acceptedTypes(schema)
  if (schema.nullable === true) return []
  const fault = types.length === 0 ? [] : [typeFault(path, types.join(','), 'null')]
  return [...fault, ...enumFaults(null, schema, path)]
}

function typeFault(path: string, wanted: string, found: string): FieldFault {
  return wrongType(path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function typeFaults(value: unknown, schema: Schema, path: string): FieldFault[] {
  const types = acceptedTypes(schema)
  const found = typeName(value)
  if (types.length === 0 || types.includes(found)) return []
  if (found === 'integer' && types.includes('number')) return []
  const { format = '' } = schema
  if (format === '' || found === 'string' || found === 'array') return [typeFault(path, types.join(','), found)]
  // Where a format is set, the API server names formats on both sides.
  return [typeFault(path, format, GO_FORMATS[found] ?? '')]
}

const GO_FORMATS: Record<string, string> = { integer: 'int64', number: 'float64' }

function combinationFaults(value: unknown, schema: Schema, path: string): FieldFault[] {
  const name = JSON.stringify(path)
  const results = (branches: Schema[] | undefined): FieldFault[][] =>
    (branches ?? []).map((branch) => schemaFaults({ value }, branch, path))
  const faults: FieldFault[] = []
  const any = results(schema.anyOf)
  if (any.length > 0 && any.every((found) => found.length > 0)) {
    faults.push(invalidValue('', '', `${name} must validate at least one schema (anyOf)`), ...fewest(any))
  }
  const one = results(schema.oneOf)
  const matching = one.filter((found) => found.length === 0).length
  if (one.length > 0 && matching !== 1) {
    const found = matching === 0 ? 'Found none valid' : `Found ${matching} valid alternatives`
    faults.push(invalidValue('', '', `${name} must validate one and only one schema (oneOf). ${found}`))
    if (matching === 0) faults.push(...fewest(one))
  }
  const all = results(schema.allOf)
  const failing = all.filter((found) => found.length > 0).length
  if (failing > 0) {
    const none = failing === all.length ? '. None validated' : ''
    faults.push(...all.flat(), invalidValue('', '', `${name} must validate all the schemas (allOf)${none}`))
  }
  if (schema.not !== undefined && schemaFaults({ value }, schema.not, path).length === 0) {
    faults.push(invalidValue('', '', `${name} must not validate the schema (not)`))
  }
  return faults
}

/** Of several failed branches the one nearest to the value explains best. */
function fewest(branches: FieldFault[][]): FieldFault[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best))
}

function listFaults({ value, old }: { value: unknown[]; old: unknown }, schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  const { items, minItems, maxItems } = schema
  if (items !== undefined) {
    const previous = correlatedItems(value, old, schema)
    value.forEach((item, index) => {
      faults.push(...schemaFaults({ value: item, old: previous(item) }, items, itemPath(path, index)))
    })
  }
  if (minItems !== undefined && value.length < minItems) {
    faults.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`))
  }
  if (maxItems !== undefined && value.length > maxItems) faults.push(tooMany(path, value.length, maxItems))
  return faults
}

/** The stored item that an item of a `listType: map` continues; other lists have no such relation. */
export function correlatedItems(list: unknown[], old: unknown, schema: Schema): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || list.length === 0) return () => undefined
  const byKey = new Map(old.map((item) => [listMapKey(item, schema), item]))
  return (item) => byKey.get(listMapKey(item, schema))
}

/** Identity of an item among the items of a `listType: map`. */
export function listMapKey(item: unknown, schema: Schema): string {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return JSON.stringify(
    keys.map((key) => (isJsonObject(item) ? (item[key] ?? schema.items?.properties?.[key]?.default ?? null) : null)),
  )
}

function objectFaults({ value, old }: { value: JsonObject; old: unknown }, schema: Schema, path: string): FieldFault[] {
  const names = Object.keys(value)
  const previous = schema['x-kubernetes-map-type'] !== 'atomic' && isJsonObject(old) ? old : {}
  const faults: FieldFault[] = []
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(value, name)) continue
    faults.push(...schemaFaults({ value: value[name], old: previous[name] }, property, childPath(path, name)))
  }
  const other = additionalSchema(schema)
  if (other !== undefined) {
    for (const name of names.filter((name) => schema.properties?.[name] === undefined)) {
      faults.push(...schemaFaults({ value: value[name], old: previous[name] }, other, childPath(path, name)))
    }
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) faults.push(requiredValue(childPath(path, name)))
  }
  return [...faults, ...sizeFaults(names.length, schema, path)]
}

function sizeFaults(size: number, { minProperties, maxProperties }: Schema, path: string): FieldFault[] {
  if (minProperties !== undefined && size < minProperties) {
    return [invalidValue(path, size, `${path} in body should have at least ${minProperties} properties`)]
  }
  return maxProperties !== undefined && size > maxProperties ? [tooMany(path, size, maxProperties)] : []
}
