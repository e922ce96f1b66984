import { isJsonObject, type JsonObject } from '../json.ts'
import { childPath, itemPath } from './field-fault.ts'
import { additionalSchema, type Schema } from './schema.ts'

const TYPE_AND_METADATA = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Removes from a custom resource, in place, what its schema does not name, and returns the paths of what it removed,
 * sorted. `apiVersion`, `kind` and `metadata` of the resource and of embedded resources stay.
 */
export function prune(resource: JsonObject, schema: Schema | undefined): string[] {
  const removed: string[] = []
  pruneValue(resource, { ...schema, 'x-kubernetes-embedded-resource': true }, { path: '', removed })
  return removed.sort()
}

interface Walk {
  path: string
  removed: string[]
}

function pruneValue(value: unknown, schema: Schema | undefined, walk: Walk): void {
  if (Array.isArray(value)) pruneItems(value, schema, walk)
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) pruneField(value, name, { schema, walk })
  }
}

function pruneItems(list: unknown[], schema: Schema | undefined, walk: Walk): void {
  const preserves = schema?.['x-kubernetes-preserve-unknown-fields'] === true
  if (preserves && schema.items === undefined) return
  const items = preserves ? { ...schema.items, 'x-kubernetes-preserve-unknown-fields': true } : schema?.items
  list.forEach((item, index) => {
    pruneValue(item, items, { ...walk, path: itemPath(walk.path, index) })
  })
}

function pruneField(
  object: JsonObject,
  name: string,
  { schema, walk }: { schema: Schema | undefined; walk: Walk },
): void {
  if (schema?.['x-kubernetes-embedded-resource'] === true && TYPE_AND_METADATA.has(name)) return
  const path = childPath(walk.path, name)
  const properties = schema?.properties
  if (properties !== undefined && Object.hasOwn(properties, name)) {
    pruneValue(object[name], properties[name], { ...walk, path })
  } else if (schema?.additionalProperties !== undefined && schema.additionalProperties !== false) {
    pruneValue(object[name], additionalSchema(schema), { ...walk, path })
  } else if (schema?.['x-kubernetes-preserve-unknown-fields'] !== true) {
    delete object[name]
    walk.removed.push(path)
  }
}
