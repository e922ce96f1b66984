/** What every object of the Kubernetes API has in common, as raw JSON: timestamps are RFC 3339 strings. */
export interface KubernetesObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMetadata
}

export interface ObjectMetadata {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  finalizers?: string[]
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: {
    apiVersion: string
    kind: string
    name: string
    uid: string
    controller?: boolean
    blockOwnerDeletion?: boolean
  }[]
}

/** An address of one kind of object in the API. `T` is carried by type only. */
export interface Resource<T extends KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly objectType?: T
}

/** Name of an object; `namespace` is undefined for cluster-scoped kinds. */
export interface ObjectKey {
  name: string
  namespace?: string
}

/** `namespace/name`, or `name` alone for a cluster-scoped object: the form of a key in queues, caches and logs. */
export function keyOf(object: { metadata: { name: string; namespace?: string } }): string {
  const { name, namespace } = object.metadata
  return namespace === undefined ? name : `${namespace}/${name}`
}

export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/')
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
