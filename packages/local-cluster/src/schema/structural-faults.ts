import { RE2JS } from 're2js'
import { jsonEqual } from '../json.ts'
import { childPath, type FieldFault, forbiddenValue, invalidValue, itemPath, requiredValue } from './field-fault.ts'
import type { Schema } from './schema.ts'
import { type SchemaLevel, walkSchema } from './walk-schema.ts'

/** Faults by the rules that make a schema structural: every field has one type, stated outside of value validation. */
export function structuralFaults(schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  walkSchema(schema, { path, level: 'root' }, (part, place) => {
    faults.push(...typeFaults(part, place.path, place.level), ...extensionFaults(part, place.path))
    faults.push(...combinationFaults(part, place.path))
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
  if (schema['x-kubernetes-embedded-resource'] === true) return embeddedFaults(schema, path)
  const mayLackType =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (type === '') return mayLackType ? [] : [requiredValue(at, UNTYPED[level])]
  return level === 'root' && type !== 'object' ? [invalidValue(at, type, 'must be object at the root')] : []
}

function embeddedFaults(schema: Schema, path: string): FieldFault[] {
  const { type = '' } = schema
  const at = childPath(path, 'type')
  const wanted = 'must be object if x-kubernetes-embedded-resource is true'
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.properties !== undefined
  const empty =
    'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
  return [
    ...(isOpen ? [] : [requiredValue(childPath(path, 'properties'), empty)]),
    ...(type === 'object' ? [] : [type === '' ? requiredValue(at, wanted) : invalidValue(at, type, wanted)]),
  ]
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
  const faults = missingFromSpine(schema, path)
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

interface Branch {
  schema: Schema
  path: string
}

/** The schemas inside `allOf`, `anyOf`, `oneOf` and `not`, apart from the usual form of int-or-string. */
function branchesOf(schema: Schema, path: string): Branch[] {
  const listed = (['anyOf', 'allOf', 'oneOf'] as const).flatMap((name) =>
    (schema[name] ?? []).map((branch, index) => ({ schema: branch, path: itemPath(childPath(path, name), index) })),
  )
  const not = schema.not === undefined ? [] : [{ schema: schema.not, path: childPath(path, 'not') }]
  const usual = jsonEqual(schema.anyOf, INT_OR_STRING) ? INT_OR_STRING.length : 0
  return [...listed.slice(usual), ...not].map((branch) =>
    jsonEqual(branch.schema.anyOf, INT_OR_STRING) ? { ...branch, schema: { ...branch.schema, anyOf: [] } } : branch,
  )
}

function combinationFaults(schema: Schema, path: string): FieldFault[] {
  return branchesOf(schema, path).flatMap((branch) => nestedFaults(branch.schema, branch.path))
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
  faults.push(...combinationFaults(branch, path))
  if (branch.items !== undefined) faults.push(...nestedFaults(branch.items, childPath(path, 'items')))
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    const at = itemPath(childPath(path, 'properties'), name)
    faults.push(...nestedFaults(property, at))
    if (name === 'metadata') faults.push(forbiddenValue(at, 'must not be specified in a nested context'))
  }
  return [...faults, ...patternFaults(branch, path)]
}

/** Whatever a branch at the root constrains must exist outside of it. */
function missingFromSpine(spine: Schema, path: string): FieldFault[] {
  return branchesOf(spine, path).flatMap((branch) => missingFrom(spine, branch, path))
}

function missingFrom(spine: Schema | undefined, branch: Branch, path: string): FieldFault[] {
  if (spine === undefined) return [requiredValue(path, `because it is defined in ${branch.path}`)]
  const faults = branchesOf(branch.schema, branch.path).flatMap((below) => missingFrom(spine, below, path))
  for (const [name, schema] of Object.entries(branch.schema.properties ?? {})) {
    const below = itemPath('properties', name)
    const place = { schema, path: childPath(branch.path, below) }
    faults.push(...missingFrom(spine.properties?.[name], place, childPath(path, below)))
  }
  const { items } = branch.schema
  if (items === undefined) return faults
  const place = { schema: items, path: childPath(branch.path, 'items') }
  return [...faults, ...missingFrom(spine.items, place, childPath(path, 'items'))]
}
