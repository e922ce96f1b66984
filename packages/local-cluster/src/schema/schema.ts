import { isJsonObject } from '../json.ts'

export interface ValidationRule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

/** A structural schema as a CustomResourceDefinition carries it (`JSONSchemaProps`). */
export interface Schema {
  type?: string
  format?: string
  description?: string
  nullable?: boolean
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  required?: string[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  not?: Schema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: string
  'x-kubernetes-validations'?: ValidationRule[]
}

/** The types inside were checked when the CustomResourceDefinition was decoded. */
export function isSchema(value: unknown): value is Schema {
  return isJsonObject(value)
}

/** The schema of a field that `properties` does not name; undefined when there is none. */
export function additionalSchema(schema: Schema | undefined): Schema | undefined {
  return isSchema(schema?.additionalProperties) ? schema.additionalProperties : undefined
}

/** Schema of one field of an object, named or not. */
export function fieldSchema(schema: Schema | undefined, name: string): Schema | undefined {
  const properties = schema?.properties
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name]
  return additionalSchema(schema)
}
