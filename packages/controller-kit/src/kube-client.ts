import type { KubernetesObject, ObjectKey, Resource } from './kubernetes-object.ts'

export interface CallOptions {
  signal?: AbortSignal
}

export interface ListOptions extends CallOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
}

export interface DeleteOptions extends CallOptions {
  /** Refuses the deletion (409) unless the stored object is this one: no cached read may justify a delete. */
  preconditions: { uid: string; resourceVersion?: string }
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
}

interface CreateOptions extends CallOptions {
  /** The server checks it in full and stores nothing. */
  dryRun?: boolean
}

export interface PatchOptions extends CallOptions {
  subresource?: 'status' | 'scale'
}

/** RFC 7386 merge patch. With `metadata.resourceVersion` in it the server refuses (409) a patch of a newer object. */
export type MergePatch = Record<string, unknown>

/**
 * The Kubernetes API as this product uses it: uncached requests, each answered by the server itself.
 *
 * Every method rejects with `ApiError` when the server said no, and with `ApiUnreachable` when no answer came; after the
 * latter a write may or may not have been applied.
 */
export interface KubeClient {
  /** Quorum read; `undefined` only when the server says that this very object does not exist. */
  get<T extends KubernetesObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions): Promise<T | undefined>
  /**
   * What the server prints of one object, by the name of the column that `kubectl get` shows (`meta.k8s.io/v1` Table; see
   * "Receiving resources as Tables" in the Kubernetes API concepts). Whatever no column shows stays on the server: of a
   * Secret that is all but its type and number of keys. `undefined` as for `get`.
   */
  print<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options?: CallOptions,
  ): Promise<Record<string, unknown> | undefined>
  /** Quorum list of everything that matches, all pages. */
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<T[]>
  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: CreateOptions): Promise<T>
  /** Replaces the whole object; its `resourceVersion` must be the stored one. */
  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: CallOptions): Promise<T>
  mergePatch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: MergePatch,
    options?: PatchOptions,
  ): Promise<T>
  /**
   * Resolves when the deletion is accepted or the object is already gone: with the object where the server shows it, as
   * it does while finalizers hold it.
   */
  delete<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions,
  ): Promise<T | undefined>
  /**
   * Asks to evict a Pod (policy/v1). Resolves when that is accepted or the Pod is already gone; rejects with `ApiError`
   * 429 while a disruption budget forbids it.
   */
  evict(pod: ObjectKey, preconditions: { uid: string }, options?: CallOptions): Promise<void>
}
