import type { Cache, IndexFunctions } from '../cache.ts'
import { createObjectStore, type ObjectStore } from '../caches/object-store.ts'
import type { Clock } from '../clock.ts'
import { ApiUnreachable } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import { copy, createFakeClient, type FakeWrite } from './fake-client.ts'
import { type AnyResource, createFakeStorage } from './fake-storage.ts'

export interface FakeCache<T extends KubernetesObject> extends Cache<T> {
  /** From now on the cache sees nothing new: it grows stale. */
  pause(): void
  /** Sees everything that it missed, and follows again. */
  resume(): void
}

interface WriteFault {
  /** 1, the default, is the next write that matches. Several faults for the same write hit one after the other. */
  nth?: number
  /** `before`: nothing is applied. `after`: applied, but the answer is lost. */
  when: 'before' | 'after'
  error?: Error
  matching?: (write: FakeWrite) => boolean
}

/** A cluster in memory for reconciler tests. It runs no controllers, no garbage collection and no validation. */
export interface FakeCluster {
  readonly client: KubeClient
  /** Writes sent through `client`, in order, also those that failed. */
  readonly writes: readonly FakeWrite[]
  /** Another client creates the object; its status, finalizers and timestamps are taken as given. */
  put<T extends KubernetesObject>(resource: Resource<T>, object: T): T
  /** Another client changes the object, spec and status at once. */
  edit<T extends KubernetesObject>(resource: Resource<T>, key: string, change: (object: T) => void): T
  /** Another client deletes the object; finalizers hold it. */
  delete(resource: AnyResource, key: string): void
  /** The object vanishes, whatever holds it. */
  vanish(resource: AnyResource, key: string): void
  get<T extends KubernetesObject>(resource: Resource<T>, key: string): T | undefined
  list<T extends KubernetesObject>(resource: Resource<T>): T[]
  cacheOf<T extends KubernetesObject>(resource: Resource<T>, indexes?: IndexFunctions<T>): FakeCache<T>
  failWrite(fault: WriteFault): void
  /** Every read through `client` fails so until called with undefined. */
  failReads(error: Error | undefined): void
  /** Evictions of this Pod are refused as by a disruption budget, or allowed again. */
  protect(podKey: string, isProtected?: boolean): void
}

type StorageListener = (type: 'put' | 'removed', resource: AnyResource, object: KubernetesObject) => void

export function createFakeCluster({ clock }: { clock: Clock }): FakeCluster {
  const listeners: StorageListener[] = []
  const storage = createFakeStorage(clock, (type, resource, object) => {
    for (const listener of listeners) listener(type, resource, object)
  })
  const faults = createFaults()
  const protectedPods = new Set<string>()
  const mayEvict = (key: string) => !protectedPods.has(key)

  function stored(resource: AnyResource, key: string): KubernetesObject {
    const object = storage.find(resource, key)
    if (!object) throw new Error(`the fake cluster has no ${resource.kind} ${key}`)
    return object
  }

  return {
    client: createFakeClient({ storage, mayEvict, write: faults.write, read: faults.read }),
    writes: faults.writes,
    put: (resource, object) => copy(storage.insert(resource, object)),
    edit(resource, key, change) {
      const current = stored(resource, key)
      const next: Parameters<typeof change>[0] = copy(current)
      change(next)
      return copy(storage.update(resource, current, next))
    },
    delete: (resource, key) => storage.delete(resource, stored(resource, key), 0),
    vanish: (resource, key) => storage.remove(resource, stored(resource, key)),
    get(resource, key) {
      const object = storage.find(resource, key)
      return object && copy(object)
    },
    list: (resource) => storage.all(resource).map((object) => copy(object)),
    cacheOf: (resource, indexes = {}) => {
      const store = createObjectStore(indexes, rethrow)
      const { cache, follow } = createFakeCache(resource, store)
      for (const object of storage.all(resource)) store.put(frozen(copy(object)))
      listeners.push((type, changed, object) => {
        if (changed.plural === resource.plural && changed.group === resource.group) follow(type, frozen(copy(object)))
      })
      return cache
    },
    failWrite: faults.failWrite,
    failReads: faults.failReads,
    protect: (key, isProtected = true) => void (isProtected ? protectedPods.add(key) : protectedPods.delete(key)),
  }
}

/** Objects of a cache are shared: whoever changes one fails here. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

function rethrow(error: unknown): never {
  throw error
}

function createFakeCache<T extends KubernetesObject>(resource: Resource<T>, store: ObjectStore<T>) {
  let missed: (() => void)[] | undefined

  function follow(type: 'put' | 'removed', object: T): void {
    const apply = () => (type === 'put' ? store.put(object) : store.remove(object))
    if (missed) missed.push(apply)
    else apply()
  }

  const cache: FakeCache<T> = {
    resource,
    get: store.get,
    list: store.list,
    byIndex: store.byIndex,
    onChange: store.onChange,
    observe: store.observe,
    synced: () => true,
    untilSynced: () => Promise.resolve(),
    healthy: () => true,
    run: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    pause: () => {
      missed ??= []
    },
    resume() {
      const events = missed ?? []
      missed = undefined
      for (const apply of events) apply()
    },
  }
  return { cache, follow }
}

function createFaults() {
  const writes: FakeWrite[] = []
  const pending: (WriteFault & { nth: number })[] = []
  let readError: Error | undefined

  function due(write: FakeWrite): WriteFault | undefined {
    const matching = pending.filter((fault) => fault.matching?.(write) ?? true)
    for (const fault of matching) fault.nth -= 1
    const hit = matching.find((fault) => fault.nth <= 0)
    if (hit) pending.splice(pending.indexOf(hit), 1)
    return hit
  }

  return {
    writes,
    failWrite: (fault: WriteFault) => void pending.push({ nth: 1, ...fault }),
    failReads: (error: Error | undefined) => {
      readError = error
    },
    async read() {
      await Promise.resolve()
      if (readError) throw readError
    },
    async write<R>(write: FakeWrite, apply: () => R): Promise<R> {
      writes.push(write)
      await Promise.resolve()
      const fault = due(write)
      if (fault?.when === 'before') throw fault.error ?? new ApiUnreachable('the connection was refused (injected)')
      const result = apply()
      if (fault) throw fault.error ?? new ApiUnreachable('the answer was lost (injected)')
      return result
    },
  }
}
