import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { type Definition, definitionName } from '../process/definition-fault.ts'

type Version = NonNullable<NonNullable<Definition['spec']>['versions']>[number]

/** The definition of a kind as the server shows it once established; `version` is merged over its only version. */
export function aDefinition(resource: Resource<KubernetesObject>, version: Partial<Version> = {}): Definition {
  const schema = { openAPIV3Schema: { properties: { spec: {}, status: {} } } }
  return {
    metadata: { name: definitionName(resource) },
    spec: { versions: [{ name: resource.version, served: true, subresources: { status: {} }, schema, ...version }] },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  }
}
