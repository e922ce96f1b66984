import { z } from 'zod'

/** A node of a structural schema (Kubernetes `JSONSchemaProps`). */
interface StructuralSchema {
  type?: string
  description?: string
  properties?: Record<string, StructuralSchema>
  required?: string[]
  items?: StructuralSchema
  additionalProperties?: StructuralSchema
  [keyword: string]: unknown
}

/** Keywords zod writes that a structural schema must not have, or that only repeat the type. */
const DROPPED = new Set(['additionalProperties', 'propertyNames', 'id', 'title', 'examples', 'anyOf', '$schema'])
const SAFE_INTEGER = 2 ** 53 - 1
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/**
 * Structural schema of a zod object, by the rules of Kubernetes' "Specifying a structural schema".
 *
 * @throws Error when the schema holds something Kubernetes cannot store, such as a union without a type.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const json: unknown = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    cycles: 'throw',
  })
  return convert(json, '')
}

function convert(node: unknown, path: string): StructuralSchema {
  if (!isRecord(node)) throw new Error(`schema at "${path}" is not an object`)
  if (node['x-kubernetes-int-or-string'] === true) return intOrString(node)
  const result: StructuralSchema = Object.fromEntries(Object.entries(node).filter(([key]) => !DROPPED.has(key)))
  if (typeof result.type !== 'string') throw new Error(`schema at "${path}" has no type that Kubernetes can store`)
  if (result.type === 'integer') narrowInteger(result)
  if (isRecord(node.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(node.properties).map(([name, child]) => [name, convert(child, `${path}.${name}`)]),
    )
  }
  if (node.items !== undefined) result.items = convert(node.items, `${path}[]`)
  const isMap = isRecord(node.additionalProperties) && result['x-kubernetes-preserve-unknown-fields'] !== true
  if (isMap) result.additionalProperties = convert(node.additionalProperties, `${path}.*`)
  return result
}

function intOrString(node: Record<string, unknown>): StructuralSchema {
  const kept = ['description', 'pattern', 'x-kubernetes-int-or-string'].filter((key) => node[key] !== undefined)
  return Object.fromEntries(kept.map((key) => [key, node[key]]))
}

/** zod bounds every integer by its machine size; Kubernetes says the same by `format`. */
function narrowInteger(schema: StructuralSchema): void {
  const bounds = [schema.minimum, schema.maximum]
  schema.format = bounds.some((bound) => Math.abs(Number(bound)) === SAFE_INTEGER) ? 'int64' : 'int32'
  if (schema.minimum === INT32.min || schema.minimum === -SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === INT32.max || schema.maximum === SAFE_INTEGER) delete schema.maximum
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
