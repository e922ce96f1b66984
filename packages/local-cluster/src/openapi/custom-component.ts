import type { KindDefinition } from '../kind-definition.ts'
import type { Schema } from '../schema/schema.ts'
import { groupVersionKind, reference } from './built-in-components.ts'

/** Name of a custom kind's schema: its group reversed, version, kind. */
export function customComponentName({ group, version, kind }: KindDefinition): string {
  return [...group.split('.').reverse(), version, kind].join('.')
}

const OBJECT_META = reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')

export function customComponent(kind: KindDefinition, schema: Schema): object {
  const { properties, ...rest } = schema
  return {
    ...rest,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: 'Group and version of this representation of the object.' },
      kind: { type: 'string', description: 'Kind of the object, as the API names it.' },
      metadata: { ...OBJECT_META, description: 'Standard metadata of the object.' },
    },
    ...groupVersionKind(kind),
  }
}
