import { isJsonObject, type JsonObject } from '../json.ts'
import { childPath, type FieldFault, itemPath, requiredValue } from './field-fault.ts'
import { fieldSchema, type Schema } from './schema.ts'

interface EmbeddedResource {
  resource: JsonObject
  path: string
}

/** The objects inside of a value that its schema calls resources of their own. */
export function embeddedResources(value: unknown, schema: Schema | undefined, path: string): EmbeddedResource[] {
  if (schema === undefined) return []
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => embeddedResources(item, schema.items, itemPath(path, index)))
  }
  if (!isJsonObject(value)) return []
  const own = schema['x-kubernetes-embedded-resource'] === true ? [{ resource: value, path }] : []
  const below = Object.entries(value).flatMap(([name, part]) =>
    embeddedResources(part, fieldSchema(schema, name), childPath(path, name)),
  )
  return [...own, ...below]
}

/** An embedded resource says of which kind it is. */
export function embeddedFaults(value: unknown, schema: Schema): FieldFault[] {
  return embeddedResources(value, schema, '').flatMap(({ resource, path }) =>
    ['apiVersion', 'kind'].filter((name) => !resource[name]).map((name) => requiredValue(childPath(path, name))),
  )
}
