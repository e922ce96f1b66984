import { ApiError } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { DEFINITIONS, definitionName } from './definition-fault.ts'

interface Absence<Answer> {
  client: KubeClient
  resource: Resource<KubernetesObject>
  /** The answer where no definition of the kind is installed. */
  none: Answer
  signal: AbortSignal
}

/**
 * A read of a kind that the cluster may not have: a kind without a definition has no objects. A 404 alone does not say so,
 * since a proxy that is lost answers the same.
 */
export async function noneIfAbsent<Answer>(read: Promise<Answer>, absence: Absence<Answer>): Promise<Answer> {
  const { client, resource, none, signal } = absence
  try {
    return await read
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    if ((await client.get(DEFINITIONS, { name: definitionName(resource) }, { signal })) !== undefined) throw error
    return none
  }
}
