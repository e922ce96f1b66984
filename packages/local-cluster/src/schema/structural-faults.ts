import { RE2JS } from 're2js'
import { childPath, type FieldFault, forbiddenValue, invalidValue, itemPath, requiredValue } from './field-fault.ts'
import { jsonEqual } from './json.ts'
import { additionalSchema, type Schema } from './schema.ts'
import { type SchemaLevel, walkSchema } from './walk-schema.ts'

/** Faults by the rules that make a schema structural: every field has one type, stated outside of value validation. */
export function structuralFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  walkSchema(schema, { path, level: 'root' }, (part, place) => {
    faults.push(...typeFaults(part, place.path, place.level), ...extensionFaults(part, place.path))
    faults.push(...combinationFaults(part, part, place.path))
    if (place.level === 'root') faults.push(...rootFaults(part, place.path))
  })
  return faults.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function text({ field, message }: FieldFault): string {
  return `${field}: ${message}`
}

const UNTYPED: Record<SchemaLevel, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

function typeFaults(schema: Schema, path: string, level: SchemaLevel): FieldFault[] {
  const at = childPath(path, 'type')
  const { type = '' } = schema
  if (type === 'array' && schema.items === undefined)
    return [requiredValue(childPath(path, 'items'), 'must be specified')]
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    return [type === '' ? requiredValue(at, why) : invalidValue(at, type, why)]
  }
  const mayLackType =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (type === '') return mayLackType ? [] : [requiredValue(at, UNTYPED[level])]
  return level === 'root' && type !== 'object' ? [invalidValue(at, type, 'must be object at the root')] : []
}

function extensionFaults(schema: Schema, path: string): FieldFault[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return patternFaults(schema, path)
  const clashing = ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const
  return clashing
    .filter((name) => schema[name] === true)
    .map((name) => invalidValue(childPath(path, name), true, 'must be false if x-kubernetes-int-or-string is true'))
}

function patternFaults({ pattern }: Schema, path: string): FieldFault[] {
  if (pattern === undefined || pattern === '') return []
  try {
    RE2JS.compile(pattern)
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [invalidValue(childPath(path, 'pattern'), pattern, `must be a valid regular expression, but isn't: ${why}`)]
  }
}

const NAME_FIELDS = ['name', 'generateName']

function rootFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  if (schema.additionalProperties !== undefined) {
    faults.push(forbiddenValue(childPath(path, 'additionalProperties'), 'must not be used at the root'))
  }
  const at = (name: string): string => itemPath(childPath(path, 'properties'), name)
  for (const name of ['kind', 'apiVersion']) {
    const property = schema.properties?.[name]
    if (property !== undefined && property.type !== 'string') {
      faults.push(invalidValue(childPath(at(name), 'type'), property.type ?? '', 'must be string'))
    }
  }
  const metadata = schema.properties?.metadata
  if (metadata === undefined) return faults
  if (metadata.type !== 'object')
    faults.push(invalidValue(childPath(at('metadata'), 'type'), metadata.type ?? '', 'must be object'))
  const { type, properties, description, default: ignored, ...others } = metadata
  const isPlain =
    Object.keys(others).length === 0 && Object.keys(properties ?? {}).every((name) => NAME_FIELDS.includes(name))
  if (!isPlain) {
    const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
    faults.push(forbiddenValue(at('metadata'), why))
  }
  return faults
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]

/** Faults inside `allOf`, `anyOf`, `oneOf` and `not`; `spine` is the schema around them at the same place. */
function combinationFaults(schema: Schema, spine: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  const check = (branches: Schema[] | undefined, name: string): void => {
    branches?.forEach((branch, index) => {
      const at = itemPath(childPath(path, name), index)
      const isPattern = name === 'allOf' && index === 0 && jsonEqual(branch.anyOf, INT_OR_STRING)
      const checked = isPattern ? { ...branch, anyOf: [] } : branch
      faults.push(...nestedFaults(checked, at), ...missingFromSpine(branch, spine, { path, at }))
    })
  }
  if (!jsonEqual(schema.anyOf, INT_OR_STRING)) check(schema.anyOf, 'anyOf')
  check(schema.allOf, 'allOf')
  check(schema.oneOf, 'oneOf')
  if (schema.not !== undefined) {
    const at = childPath(path, 'not')
    faults.push(...nestedFaults(schema.not, at), ...missingFromSpine(schema.not, spine, { path, at }))
  }
  return faults
}

const FORBIDDEN_IN_BRANCHES: [keyword: keyof Schema, why: string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

function nestedFaults(branch: Schema, path: string): FieldFault[] {
  const faults = FORBIDDEN_IN_BRANCHES.filter(([keyword]) => branch[keyword] !== undefined).map(([keyword, why]) =>
    forbiddenValue(childPath(path, keyword), why),
  )
  faults.push(...combinationFaults(branch, branch, path).filter(({ message }) => !message.startsWith('Required')))
  if (branch.items !== undefined) faults.push(...nestedFaults(branch.items, childPath(path, 'items')))
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    const at = itemPath(childPath(path, 'properties'), name)
    faults.push(...nestedFaults(property, at))
    if (name === 'metadata') faults.push(forbiddenValue(at, 'must not be specified in a nested context'))
  }
  return [...faults, ...patternFaults(branch, path)]
}

/** Whatever a branch constrains must exist outside of it. */
function missingFromSpine(branch: Schema, spine: Schema, { path, at }: { path: string; at: string }): FieldFault[] {
  const faults: FieldFault[] = []
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    const below = `properties[${name}]`
    const counterpart = spine.properties?.[name] ?? additionalSchema(spine)
    const places = { path: childPath(path, below), at: childPath(at, below) }
    if (counterpart === undefined) faults.push(requiredValue(places.path, `because it is defined in ${places.at}`))
    else faults.push(...missingFromSpine(property, counterpart, places))
  }
  if (branch.items === undefined) return faults
  const places = { path: childPath(path, 'items'), at: childPath(at, 'items') }
  if (spine.items === undefined) return [...faults, requiredValue(places.path, `because it is defined in ${places.at}`)]
  return [...faults, ...missingFromSpine(branch.items, spine.items, places)]
}
