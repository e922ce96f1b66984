import type { DeleteOptions, KubeClient, MergePatch, PatchOptions } from '../kube-client.ts'
import { type KubernetesObject, keyOf, type ObjectKey } from '../kubernetes-object.ts'
import { applyMergePatch } from '../merge-patch.ts'
import { type AnyResource, type FakeStorage, refusal } from './fake-storage.ts'
import { matchesSelectors } from './selectors.ts'

/** One request that changes something, or rehearses to. */
export interface FakeWrite {
  verb: 'create' | 'rehearse' | 'replace' | 'patch' | 'delete' | 'evict'
  /** Plural name of the resource. */
  resource: string
  key: string
  subresource?: string | undefined
}

interface FakeClientOptions {
  storage: FakeStorage
  /** Wraps each write: may refuse it, or lose its answer. */
  write: <R>(write: FakeWrite, apply: () => R) => Promise<R>
  /** Rejects where a read shall fail. */
  read: () => Promise<void>
  mayEvict: (podKey: string) => boolean
}

/** Fields that a Secret's columns show. */
type Printed = KubernetesObject & { type?: string; data?: Record<string, string> }
type Fields = KubernetesObject & { status?: unknown }

const PODS: AnyResource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }
const POD_GRACE_SECONDS = 30

/** A KubeClient over `FakeStorage`: a simulation of the API server's answers for tests, without a network. */
export function createFakeClient({ storage, write, read, mayEvict }: FakeClientOptions): KubeClient {
  const edit = createEditing(storage)

  return {
    async get(resource, key) {
      await read()
      const object = storage.find(resource, keyOf({ metadata: key }))
      return object && copy(object)
    },
    async print(resource, key) {
      await read()
      const object: Printed | undefined = storage.find(resource, keyOf({ metadata: key }))
      return object && { Name: object.metadata.name, Type: object.type, Data: Object.keys(object.data ?? {}).length }
    },
    async list(resource, options = {}) {
      await read()
      const { namespace } = options
      return storage
        .all(resource)
        .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
        .filter((object) => matchesSelectors(object, options))
        .map((object) => copy(object))
    },
    create: (resource, object, { dryRun = false } = {}) =>
      write({ verb: dryRun ? 'rehearse' : 'create', resource: resource.plural, key: keyOf(object) }, () =>
        copy(dryRun ? object : edit.create(resource, object)),
      ),
    replace: (resource, object) =>
      write({ verb: 'replace', resource: resource.plural, key: keyOf(object) }, () => {
        const { name, resourceVersion } = object.metadata
        if (resourceVersion === undefined) {
          const why = 'is invalid: metadata.resourceVersion: must be specified for an update'
          throw refusal(resource, name, { status: 422, reason: 'Invalid', why })
        }
        return copy(edit.change(resource, object.metadata, { next: () => object }))
      }),
    mergePatch(resource, key, ...[patch, { subresource } = {}]: [MergePatch, PatchOptions?]) {
      const next = (current: KubernetesObject) => copy<Fields>(applyMergePatch(current, patch))
      return write({ verb: 'patch', resource: resource.plural, key: keyOf({ metadata: key }), subresource }, () =>
        copy(edit.change(resource, key, { next, subresource })),
      )
    },
    delete: (resource, key, options) =>
      write({ verb: 'delete', resource: resource.plural, key: keyOf({ metadata: key }) }, () => {
        edit.remove(resource, key, options)
        const left = storage.find(resource, keyOf({ metadata: key }))
        return left && copy(left)
      }),
    evict: (pod, preconditions) =>
      write({ verb: 'evict', resource: PODS.plural, key: keyOf({ metadata: pod }) }, () => {
        if (!mayEvict(keyOf({ metadata: pod }))) {
          const why = 'cannot be evicted: it would violate its disruption budget'
          throw refusal(PODS, pod.name, { status: 429, reason: 'TooManyRequests', why })
        }
        edit.remove(PODS, pod, { preconditions })
      }),
  }
}

interface Change {
  next: (current: KubernetesObject) => Fields
  subresource?: string | undefined
}

function createEditing(storage: FakeStorage) {
  return {
    create(resource: AnyResource, object: Fields): KubernetesObject {
      const { resourceVersion, uid, ...metadata } = object.metadata
      const fresh: Fields = { ...object, metadata }
      // The kubelet brings a Node's status along; for every other kind the server starts without one.
      if (resource.kind !== 'Node') delete fresh.status
      return storage.insert(resource, fresh)
    },
    change(resource: AnyResource, key: ObjectKey, { next, subresource }: Change): KubernetesObject {
      const current: Fields | undefined = storage.find(resource, keyOf({ metadata: key }))
      if (!current) throw refusal(resource, key.name, { status: 404, reason: 'NotFound', why: 'not found' })
      const wanted = next(current)
      checkVersion(resource, current, wanted.metadata)
      checkFinalizers(resource, current, wanted)
      // Each endpoint takes its own part of the object and leaves the other as stored.
      const whole =
        subresource === 'status' ? { ...current, status: wanted.status } : { ...wanted, status: current.status }
      return storage.update(resource, current, whole)
    },
    remove(
      resource: AnyResource,
      key: ObjectKey,
      { preconditions, gracePeriodSeconds }: Pick<DeleteOptions, 'preconditions' | 'gracePeriodSeconds'>,
    ): void {
      const object: (KubernetesObject & { spec?: { nodeName?: string } }) | undefined = storage.find(
        resource,
        keyOf({ metadata: key }),
      )
      if (!object) return
      checkVersion(resource, object, preconditions)
      const isBound = resource.kind === 'Pod' && object.spec?.nodeName !== undefined
      storage.delete(resource, object, isBound ? (gracePeriodSeconds ?? POD_GRACE_SECONDS) : 0)
    },
  }
}

function checkVersion(
  resource: AnyResource,
  { metadata }: KubernetesObject,
  wanted: { uid?: string; resourceVersion?: string },
): void {
  for (const field of ['uid', 'resourceVersion'] as const) {
    if (wanted[field] === undefined || wanted[field] === metadata[field]) continue
    const why = `cannot be changed: the object has been modified (${field} ${metadata[field]}, not ${wanted[field]})`
    throw refusal(resource, metadata.name, { status: 409, reason: 'Conflict', why })
  }
}

function checkFinalizers(resource: AnyResource, current: KubernetesObject, wanted: KubernetesObject): void {
  const held = current.metadata.finalizers ?? []
  const added = (wanted.metadata.finalizers ?? []).filter((finalizer) => !held.includes(finalizer))
  if (current.metadata.deletionTimestamp === undefined || added.length === 0) return
  const why = `is invalid: no new finalizers can be added if the object is being deleted: ${added.join(', ')}`
  throw refusal(resource, current.metadata.name, { status: 422, reason: 'Invalid', why })
}

/** A copy as it comes over the wire; what type it has is the caller's knowledge, as with the real client. */
export function copy<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value))
}
