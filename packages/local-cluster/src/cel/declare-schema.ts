import type { Environment } from '@marcbachmann/cel-js'
import { isSchema, type Schema } from '../schema/schema.ts'
import { fieldName } from './schema-value.ts'

const METADATA: Schema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }

/** What every resource has beside its own fields, as rules see it. */
export function withResourceFields(schema: Schema): Schema {
  const text: Schema = { type: 'string' }
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata: METADATA } }
}

/** Declares the types of a schema in the environment and returns the name of the schema's own type. */
export function declareSchema(environment: Environment, schema: Schema): string {
  let count = 0
  const declare = (part: Schema): string => {
    if (part['x-kubernetes-int-or-string'] === true) return 'dyn'
    if (part.type === 'array') return `list<${part.items === undefined ? 'dyn' : declare(part.items)}>`
    if (part.type === 'object') return declareObject(part)
    return scalarType(part)
  }
  const declareObject = (part: Schema): string => {
    if (isSchema(part.additionalProperties)) return `map<string, ${declare(part.additionalProperties)}>`
    if (part.additionalProperties === true) return 'map<string, dyn>'
    const shown = part['x-kubernetes-embedded-resource'] === true ? withResourceFields(part) : part
    const fields = Object.entries(shown.properties ?? {}).flatMap(([name, property]) => {
      const readable = fieldName(name)
      return readable === undefined ? [] : [[readable, declare(property)] as const]
    })
    count += 1
    const typeName = `ObjectType${count}`
    environment
      .registerType(typeName, { fields: Object.fromEntries(fields) })
      .registerOperator(`${typeName} == ${typeName}`, neverEvaluated)
    return typeName
  }
  return declare(schema)
}

/** These types only serve to check expressions; values are evaluated untyped. */
function neverEvaluated(): boolean {
  throw new Error('a type check does not evaluate')
}

function scalarType({ type, format }: Schema): string {
  if (type === 'integer') return 'int'
  if (type === 'number') return 'double'
  if (type === 'boolean') return 'bool'
  if (type !== 'string') return 'dyn'
  if (format === 'date-time' || format === 'date' || format === 'datetime') return 'google.protobuf.Timestamp'
  if (format === 'duration') return 'google.protobuf.Duration'
  return format === 'byte' ? 'bytes' : 'string'
}
