import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import { ApiError } from '../errors.ts'
import { type KubernetesObject, keyOf, type Resource } from '../kubernetes-object.ts'

export type AnyResource = Resource<KubernetesObject>

/** How the API server stores objects: identity, resource versions, generations, deletion. */
export interface FakeStorage {
  find(resource: AnyResource, key: string): KubernetesObject | undefined
  all(resource: AnyResource): KubernetesObject[]
  insert(resource: AnyResource, object: KubernetesObject): KubernetesObject
  /** Keeps what no client may change; changes nothing when nothing differs; removes what is deleted and no longer held. */
  update(resource: AnyResource, stored: KubernetesObject, next: KubernetesObject): KubernetesObject
  /** Removes the object, or marks it when finalizers or a grace period hold it. */
  delete(resource: AnyResource, stored: KubernetesObject, gracePeriodSeconds: number): void
  remove(resource: AnyResource, stored: KubernetesObject): void
}

type Listener = (type: 'put' | 'removed', resource: AnyResource, object: KubernetesObject) => void

/** `Status` answers in the words of the real API server. */
export function refusal(resource: AnyResource, name: string, what: { status: number; reason: string; why: string }) {
  const { group, plural } = resource
  const message = `${group === '' ? plural : `${plural}.${group}`} "${name}" ${what.why}`
  return new ApiError({ status: what.status, reason: what.reason, message, details: { name, group, kind: plural } })
}

export function createFakeStorage(clock: Clock, listener: Listener): FakeStorage {
  const kinds = new Map<string, Map<string, KubernetesObject>>()
  let version = 1
  let identity = 0

  function objectsOf({ group, plural }: AnyResource): Map<string, KubernetesObject> {
    const path = `${group}/${plural}`
    const objects = kinds.get(path) ?? new Map<string, KubernetesObject>()
    kinds.set(path, objects)
    return objects
  }

  function versioned(object: KubernetesObject): KubernetesObject {
    version += 1
    return json({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } })
  }

  function store(resource: AnyResource, object: KubernetesObject): KubernetesObject {
    const stored = versioned(object)
    objectsOf(resource).set(keyOf(stored), stored)
    listener('put', resource, json(stored))
    return stored
  }

  function remove(resource: AnyResource, stored: KubernetesObject): void {
    objectsOf(resource).delete(keyOf(stored))
    listener('removed', resource, versioned(stored))
  }

  return {
    find: (resource, key) => objectsOf(resource).get(key),
    all: (resource) => [...objectsOf(resource).values()],
    insert(resource, object) {
      const { name } = object.metadata
      if (objectsOf(resource).has(keyOf(object))) {
        throw refusal(resource, name, { status: 409, reason: 'AlreadyExists', why: 'already exists' })
      }
      identity += 1
      const uid = `00000000-0000-4000-8000-${String(identity).padStart(12, '0')}`
      const metadata = { uid, creationTimestamp: seconds(clock), generation: 1, ...object.metadata }
      const { group, version: apiVersion, kind } = resource
      return store(resource, {
        apiVersion: group === '' ? apiVersion : `${group}/${apiVersion}`,
        kind,
        ...object,
        metadata,
      })
    },
    update(resource, stored, next) {
      const candidate = json({ ...next, metadata: Object.assign({}, next.metadata, identityOf(stored)) })
      if (isDeepStrictEqual(candidate, stored)) return stored
      if (!isDeepStrictEqual(desiredPart(candidate), desiredPart(stored))) {
        candidate.metadata.generation = (stored.metadata.generation ?? 0) + 1
      }
      if (!isReleased(candidate)) return store(resource, candidate)
      remove(resource, candidate)
      return candidate
    },
    delete(resource, stored, gracePeriodSeconds) {
      const { finalizers = [], deletionTimestamp } = stored.metadata
      if (finalizers.length === 0 && gracePeriodSeconds === 0) remove(resource, stored)
      else if (deletionTimestamp === undefined) {
        const deletion = { deletionTimestamp: seconds(clock), deletionGracePeriodSeconds: gracePeriodSeconds }
        store(resource, { ...stored, metadata: { ...stored.metadata, ...deletion } })
      }
    },
    remove,
  }
}

/** A copy as it comes over the wire: no undefined fields, nothing shared. */
function json(object: KubernetesObject): KubernetesObject {
  return JSON.parse(JSON.stringify(object))
}

function seconds(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
}

function identityOf({ metadata }: KubernetesObject) {
  const { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp, deletionGracePeriodSeconds } =
    metadata
  return { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp, deletionGracePeriodSeconds }
}

function desiredPart(object: KubernetesObject): object {
  return { ...object, metadata: undefined, status: undefined }
}

function isReleased({ metadata }: KubernetesObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}
