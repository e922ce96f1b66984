import type { KubernetesObject, Resource } from '../kubernetes-object.ts'

/** A kind that a controller works with. */
export interface NeededKind {
  resource: Resource<KubernetesObject>
  /**
   * `always`, the default: nothing starts before it is served. `later`: work begins without it, but does not count as
   * whole. `any`: nothing starts before one of those that say so is served. `never`: it may come at any time, or not at all.
   */
  needed?: 'always' | 'later' | 'any' | 'never'
  /** What is read or written, and so must be kept by the server: `status.slots.claimName`, without a step for items. */
  fields: readonly string[]
  /** What brings its definition, such as a chart. */
  comesWith: string
}

interface Schema {
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  'x-kubernetes-preserve-unknown-fields'?: boolean
}

interface Version {
  name: string
  served: boolean
  subresources?: { status?: object }
  schema?: { openAPIV3Schema?: Schema }
}

/** What is looked at in a CustomResourceDefinition. */
export interface Definition extends KubernetesObject {
  spec?: { preserveUnknownFields?: boolean; versions?: Version[] }
  status?: { conditions?: { type: string; status: string; message?: string }[] }
}

export const DEFINITIONS: Resource<Definition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}

/** Name of the CustomResourceDefinition that brings a kind. */
export function definitionName({ plural, group }: Resource<KubernetesObject>): string {
  return `${plural}.${group}`
}

export interface DefinitionFault {
  fault: string
  /** Nothing of that name is there at all. */
  isAbsent: boolean
  /** What a person does about it. */
  remedy: string
}

/** Why the kind cannot be served as it is needed by what the server has; undefined when it can. */
export function definitionFault(definition: Definition | undefined, kind: NeededKind): DefinitionFault | undefined {
  const fault = misfit(definition, kind)
  const isAbsent = definition === undefined
  if (fault) return { fault, isAbsent, remedy: `install the one of this release, it comes with ${kind.comesWith}` }
  const conditions = definition?.status?.conditions ?? []
  if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return undefined
  return { fault: 'is not established yet', isAbsent, remedy: 'look at its conditions if that lasts' }
}

function misfit(definition: Definition | undefined, { resource, fields }: NeededKind): string | undefined {
  const writesStatus = fields.some((field) => field.split('.')[0] === 'status')
  if (!definition) return 'is not installed'
  const version = definition.spec?.versions?.find(({ name }) => name === resource.version)
  if (!version?.served) return `does not serve ${resource.version}`
  if (writesStatus && !version.subresources?.status) return 'has no status subresource'
  if (definition.spec?.preserveUnknownFields === true) return undefined
  const schema = version.schema?.openAPIV3Schema
  const dropped = new Set(fields.flatMap((field) => missingPart(schema, field.split('.')) ?? []))
  return dropped.size === 0 ? undefined : `would drop ${[...dropped].join(', ')}`
}

/** The path as far as its first step that the server would drop; undefined when all of it is kept. */
function missingPart(schema: Schema | undefined, [step, ...rest]: string[]): string | undefined {
  if (step === undefined) return undefined
  if (schema?.items) return missingPart(schema.items, [step, ...rest])
  const field = schema?.properties?.[step] ?? schema?.additionalProperties
  if (field === true) return undefined
  if (typeof field === 'object') {
    const missing = missingPart(field, rest)
    return missing && `${step}.${missing}`
  }
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true ? undefined : step
}
