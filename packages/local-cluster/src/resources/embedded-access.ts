import type { ClusterAccess, KindRef, KubeObject, ObjectRef, Selectors, WatchEvent } from '../cluster-access.ts'
import { jsonCopy } from '../json.ts'
import type { KindDefinition, UserInfo } from '../kind-definition.ts'
import { apiVersionOf, keyOf } from '../object-address.ts'
import { StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { bindPod } from './bind-pod.ts'
import { createObject } from './create-object.ts'
import { deleteObject } from './delete-object.ts'
import { listObjects } from './list-objects.ts'
import { patchObject } from './patch-object.ts'
import { updateObject } from './update-object.ts'
import { watchObjects } from './watch-objects.ts'

const USER: UserInfo = {
  username: 'system:kube-controller-manager',
  groups: ['system:masters', 'system:authenticated'],
}
const WRITE = { user: USER, dryRun: false, fieldValidation: 'Ignore' } as const

/** The embedded server without its sockets. Objects it hands out are frozen: readers share them. */
export function createEmbeddedAccess(engine: ApiEngine): ClusterAccess {
  const definition = (kind: KindRef): KindDefinition => {
    const found = engine.registry.find(kind.group, kind.version, kind.plural)
    if (found !== undefined) return found
    const message = 'the server could not find the requested resource'
    throw new StatusError({ code: 404, reason: 'NotFound', message })
  }
  const target = (kind: KindRef, ref: ObjectRef, subresource?: string): Target => ({
    kind: definition(kind),
    name: ref.name,
    namespace: ref.namespace,
    ...(subresource === undefined ? {} : { subresource }),
  })
  return {
    get: async (kind, ref) => served(kind, engine.store.collection(definition(kind)).get(keyOf(ref))?.object),
    async list(kind, selectors = {}) {
      const { items } = listObjects(engine, definition(kind), selectors)
      return items.map(({ object }) => served(kind, object))
    },
    async create(kind, object) {
      const place = target(kind, object.metadata)
      return served(kind, createObject(engine, place, { ...WRITE, body: jsonCopy(object) }).object)
    },
    async replace(kind, object, subresource) {
      const place = target(kind, object.metadata, subresource)
      if (kind.plural === 'pods' && subresource === 'binding') {
        bindPod(engine, place, { binding: object, dryRun: false })
        return object
      }
      return served(kind, updateObject(engine, place, { ...WRITE, body: jsonCopy(object) }).object)
    },
    async mergePatch(...[kind, ref, patch, subresource]) {
      const change = { ...WRITE, patch: jsonCopy(patch), patchType: 'merge' } as const
      return served(kind, patchObject(engine, target(kind, ref, subresource), change).object)
    },
    async delete(kind, ref, { uid, ...options } = {}) {
      const preconditions = uid === undefined ? {} : { preconditions: { uid } }
      deleteObject(engine, target(kind, ref), { user: USER, dryRun: false, ...options, ...preconditions })
    },
    watch: (...[kind, selectors, listener, signal]) => watch(engine, definition(kind), { selectors, listener, signal }),
  }
}

/** Kinds are stored in one version and handed out in the one asked for. */
function served<T extends KubeObject | undefined>(kind: KindRef, object: T): T {
  const apiVersion = apiVersionOf(kind)
  return object === undefined || object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}

/** Tells of events after the write that caused them has returned. */
function watch(
  engine: ApiEngine,
  kind: KindDefinition,
  options: { selectors: Selectors; listener: (event: WatchEvent) => void; signal: AbortSignal },
): void {
  const { selectors, listener, signal } = options
  if (signal.aborted) return
  const event = (type: WatchEvent['type'], stored: StoredObject) =>
    queueMicrotask(() => {
      if (!signal.aborted) listener({ type, object: served(kind, stored.object) })
    })
  const stop = watchObjects(engine, kind, { query: selectors, target: { event } })
  signal.addEventListener('abort', stop, { once: true })
}
