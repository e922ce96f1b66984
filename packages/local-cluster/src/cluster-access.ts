/** Any Kubernetes object as raw JSON. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: KubeMetadata
  [field: string]: unknown
}

export interface KubeMetadata {
  name: string
  namespace?: string
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

/** One kind of object as the API addresses it; `group` is empty for the core group. */
export interface KindRef {
  group: string
  version: string
  plural: string
  kind: string
  namespaced: boolean
}

export interface ObjectRef {
  name: string
  namespace?: string
}

export interface DeleteOptions {
  /** Refuses the deletion (409) unless the stored object is this one. */
  uid?: string
  gracePeriodSeconds?: number
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
}

export interface Selectors {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
}

/**
 * How the built-in controllers and the simulated kubelet reach a cluster: in process on the embedded server, or over
 * https with a kubeconfig on any other. Both go through the server's validation and admission.
 *
 * Every method rejects with `StatusError`, which carries the server's `Status`. Objects it hands out are shared and, in
 * process, frozen: never change them.
 */
export interface ClusterAccess {
  get(kind: KindRef, ref: ObjectRef): Promise<KubeObject | undefined>
  list(kind: KindRef, selectors?: Selectors): Promise<KubeObject[]>
  create(kind: KindRef, object: KubeObject): Promise<KubeObject>
  /** Replaces; a `resourceVersion` in the object makes it conditional. A `Binding` of pods goes to `binding`. */
  replace(kind: KindRef, object: KubeObject, subresource?: string): Promise<KubeObject>
  mergePatch(kind: KindRef, ref: ObjectRef, patch: Record<string, unknown>, subresource?: string): Promise<KubeObject>
  delete(kind: KindRef, ref: ObjectRef, options?: DeleteOptions): Promise<void>
  /**
   * Calls back for every object that exists (`ADDED`), then for every change, without gaps, until the signal aborts.
   * After a lost connection the state is listed again; what vanished meanwhile comes as `DELETED`.
   */
  watch(kind: KindRef, selectors: Selectors, listener: (event: WatchEvent) => void, signal: AbortSignal): void
}
