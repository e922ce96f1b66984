import { isJsonObject, valueAt } from '../json.ts'
import { dropForbiddenNulls } from './apply-defaults.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  NO_PATH,
  requiredValue,
  unsupportedValue,
} from './field-fault.ts'
import { prune } from './prune.ts'
import type { Schema } from './schema.ts'
import { schemaFaults } from './validate-value.ts'
import { walkSchema } from './walk-schema.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref']

/** Faults of keywords that Kubernetes refuses, or allows only together with others. */
export function keywordFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  walkSchema(schema, { path, level: 'root' }, (part, place) => {
    faults.push(...forbiddenKeywords(part, place.path), ...listFaults(part, place.path), ...mapFaults(part, place.path))
  })
  if (schema.nullable === true)
    faults.push(forbiddenValue(childPath(path, 'nullable'), 'nullable cannot be true at the root'))
  return faults
}

/** An empty map or text is what Go reads as absent. */
function isSet(schema: object, keyword: string): boolean {
  const value = valueAt(schema, keyword)
  return value !== undefined && value !== '' && !(isJsonObject(value) && Object.keys(value).length === 0)
}

function forbiddenKeywords(schema: Schema, path: string): FieldFault[] {
  const faults = UNSUPPORTED.filter((keyword) => isSet(schema, keyword)).map((keyword) =>
    forbiddenValue(childPath(path, keyword), `${keyword} is not supported`),
  )
  if (schema.type === 'null') {
    const why = 'type cannot be set to null, use nullable as an alternative'
    faults.push(forbiddenValue(childPath(path, 'type'), why))
  }
  if (schema.type !== undefined && schema.type !== '' && !TYPES.includes(schema.type)) {
    faults.push(unsupportedValue(childPath(path, 'type'), schema.type, TYPES))
  }
  if (schema.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    faults.push(forbiddenValue(childPath(path, 'uniqueItems'), why))
  }
  if (schema.additionalProperties !== undefined && schema.properties !== undefined) {
    const why = 'additionalProperties and properties are mutual exclusive'
    faults.push(forbiddenValue(childPath(path, 'additionalProperties'), why))
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    faults.push(
      invalidValue(childPath(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'),
    )
  }
  return faults
}

function mapFaults(schema: Schema, path: string): FieldFault[] {
  const mapType = schema['x-kubernetes-map-type']
  if (mapType === undefined) return []
  const known = ['atomic', 'granular']
  const at = childPath(path, 'x-kubernetes-map-type')
  return [
    ...wrongOwnType(schema, path, { wanted: 'object', keyword: 'x-kubernetes-map-type' }),
    ...(known.includes(mapType) ? [] : [unsupportedValue(at, mapType, known)]),
  ]
}

function wrongOwnType({ type = '' }: Schema, path: string, { wanted, keyword }: { wanted: string; keyword: string }) {
  const at = childPath(path, 'type')
  const why = `must be ${wanted} if ${keyword} is specified`
  if (type === '') return [requiredValue(at, why)]
  return type === wanted ? [] : [invalidValue(at, type, why)]
}

function listFaults(schema: Schema, path: string): FieldFault[] {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const at = childPath(path, 'x-kubernetes-list-type')
  if (listType !== 'map' && keys.length > 0) {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    return [listType === undefined ? requiredValue(at, why) : invalidValue(at, listType, why)]
  }
  if (listType === undefined) return []
  const known = ['atomic', 'set', 'map']
  return [
    ...wrongOwnType(schema, path, { wanted: 'array', keyword: 'x-kubernetes-list-type' }),
    ...(known.includes(listType) ? [] : [unsupportedValue(at, listType, known)]),
    ...(listType === 'set' ? setItemFaults(schema.items, childPath(path, 'items')) : []),
    ...(listType === 'map' ? keyFaults(schema, keys, path) : []),
    ...(schema.items?.nullable === true && listType !== 'atomic'
      ? [
          forbiddenValue(
            childPath(path, 'items.nullable'),
            `cannot be nullable when x-kubernetes-list-type is ${listType}`,
          ),
        ]
      : []),
  ]
}

function setItemFaults(items: Schema | undefined, path: string): FieldFault[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  if (items?.type === 'array' && items['x-kubernetes-list-type'] !== 'atomic') {
    return [invalidValue(childPath(path, 'x-kubernetes-list-type'), items['x-kubernetes-list-type'], why)]
  }
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalidValue(childPath(path, 'x-kubernetes-map-type'), items['x-kubernetes-list-type'], why)]
  }
  return []
}

function keyFaults({ items }: Schema, keys: string[], path: string): FieldFault[] {
  const at = childPath(path, 'x-kubernetes-list-map-keys')
  if (keys.length === 0) return [requiredValue(at, 'must not be empty if x-kubernetes-list-type is map')]
  if (items === undefined)
    return [requiredValue(childPath(path, 'items'), 'must have a schema if x-kubernetes-list-type is map')]
  const faults: FieldFault[] = []
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map"
    faults.push(invalidValue(childPath(path, 'items.type'), items.type ?? '', why))
  }
  if (keys.some((key) => items.properties?.[key] === undefined)) {
    faults.push(invalidValue(at, keys, 'entries must all be names of item properties'))
  }
  if (new Set(keys).size < keys.length) faults.push(invalidValue(at, keys, 'must not contain duplicate entries'))
  return [...faults, ...keys.flatMap((key) => keyPropertyFaults(items, key, path))]
}

function keyPropertyFaults(items: Schema, key: string, path: string): FieldFault[] {
  const property = items.properties?.[key]
  if (property === undefined) return []
  const at = itemPath(childPath(path, 'items.properties'), key)
  const faults: FieldFault[] = []
  if (property.type === 'object' || property.type === 'array') {
    const why = "must be a scalar type if parent array's x-kubernetes-list-type is map"
    faults.push(invalidValue(childPath(at, 'type'), items.type ?? '', why))
  }
  if (property.default === undefined && !(items.required ?? []).includes(key)) {
    const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
    faults.push(requiredValue(childPath(at, 'default'), why))
  }
  if (property.nullable === true) {
    const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'
    faults.push(forbiddenValue(childPath(at, 'nullable'), why))
  }
  return faults
}

/** Faults of the defaults in a schema that is structural. */
export function allDefaultFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  walkSchema(schema, { path, level: 'root' }, (part, place) => {
    if (part.default !== undefined) faults.push(...defaultFaults(part, childPath(place.path, 'default')))
  })
  return faults
}

/** A default must be what its own schema accepts, without unknown fields. */
function defaultFaults(schema: Schema, path: string): FieldFault[] {
  const value = structuredClone(schema.default)
  if (isJsonObject(value) && prune(value, schema).length > 0) {
    return [invalidValue(path, schema.default, 'must not have unknown fields')]
  }
  dropForbiddenNulls(value, schema)
  return schemaFaults({ value }, schema, '').map((fault) => ({
    ...fault,
    field: fault.field === NO_PATH ? path : childPath(path, fault.field),
  }))
}
