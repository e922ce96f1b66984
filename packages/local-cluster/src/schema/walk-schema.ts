import { childPath, itemPath } from './field-fault.ts'
import { isSchema, type Schema } from './schema.ts'

export type SchemaLevel = 'root' | 'item' | 'field'

export interface SchemaPlace {
  path: string
  level: SchemaLevel
  /** The outermost part whose values have no counterpart in the stored object; undefined when there is none. */
  uncorrelatable?: string
}

/** Visits a schema and all schemas of its fields, items and additional properties, parents first. */
export function walkSchema(
  schema: Schema,
  place: SchemaPlace,
  visit: (schema: Schema, place: SchemaPlace) => void,
): void {
  visit(schema, place)
  for (const [below, at] of partsOf(schema, place)) walkSchema(below, at, visit)
}

function partsOf(schema: Schema, { path, uncorrelatable }: SchemaPlace): [Schema, SchemaPlace][] {
  const inherited = uncorrelatable === undefined ? {} : { uncorrelatable }
  const parts: [Schema, SchemaPlace][] = []
  if (schema.items !== undefined) {
    const at = childPath(path, 'items')
    const broken = schema['x-kubernetes-list-type'] === 'map' ? {} : { uncorrelatable: path }
    parts.push([schema.items, { path: at, level: 'item', ...broken, ...inherited }])
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = itemPath(childPath(path, 'properties'), name)
    parts.push([property, { path: at, level: 'field', ...inherited }])
  }
  if (isSchema(schema.additionalProperties)) {
    const at = childPath(path, 'additionalProperties')
    parts.push([schema.additionalProperties, { path: at, level: 'field', ...inherited }])
  }
  return parts
}
