import type { KubeClient } from './kube-client.ts'
import { type KubernetesObject, keyOf, parseKey, type Resource } from './kubernetes-object.ts'
import { mergePatchBetween } from './merge-patch.ts'

interface StatusWrite<T extends KubernetesObject> {
  client: KubeClient
  resource: Resource<T>
  /** The object as it was when `status` was decided; the write is refused (409) when a newer one is stored. */
  current: T & { status?: object }
  /** The whole status it shall have: what is missing here is removed. */
  status: object
  signal?: AbortSignal
}

/** Writes the status if it differs. Resolves with the object as stored. */
export async function writeStatus<T extends KubernetesObject>(write: StatusWrite<T>): Promise<T> {
  const { client, resource, current, status, signal } = write
  const changes = mergePatchBetween(current.status ?? {}, status)
  if (!changes) return current
  const { resourceVersion } = current.metadata
  const patch = { metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }) }, status: changes }
  const options = { subresource: 'status' as const, ...(signal === undefined ? {} : { signal }) }
  return client.mergePatch(resource, parseKey(keyOf(current)), patch, options)
}
