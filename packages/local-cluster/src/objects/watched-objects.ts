import type { ClusterAccess, DeleteOptions, KubeObject, WatchEvent } from '../cluster-access.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import { keyOfObject } from '../object-address.ts'
import { isMissing } from './api-refusals.ts'
import type { KindOf } from './kinds.ts'

interface StoreOptions<T extends KubeObject> {
  access: ClusterAccess
  clock: ClusterClock
  signal: AbortSignal
  kind: KindOf<T>
  /** Index name to the values under which an object is found. */
  indexes?: Record<string, (object: T) => (string | undefined)[]>
}

type Listener<T> = (now: T | undefined, before: T | undefined) => void

const REMEMBERED_DELETIONS = 10_000
const SYNC_CHECK_MS = 500

function isNewer(a: KubeObject, b: KubeObject): boolean {
  return Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion)
}

/**
 * Every object of one kind, kept by a watch, and the way to write them: an answered write is seen by the next read, so
 * a controller never acts twice because the watch lags. Objects are shared: never change them.
 */
export class WatchedObjects<T extends KubeObject> {
  readonly kind: KindOf<T>
  readonly #options: StoreOptions<T>
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Map<string, Set<T>>>()
  readonly #listeners: Listener<T>[] = []
  readonly #deletedUids = new Set<string>()
  readonly #seenUids = new Set<string>()
  #ready: Promise<void> | undefined

  constructor(options: StoreOptions<T>) {
    this.#options = options
    this.kind = options.kind
    for (const name of Object.keys(options.indexes ?? {})) this.#indexes.set(name, new Map())
  }

  /** Starts to watch; resolves when everything that existed at the time of the call is here. */
  start(): Promise<void> {
    this.#ready ??= this.#fill()
    return this.#ready
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(): T[] {
    return [...this.#objects.values()]
  }

  byIndex(index: string, value: string): T[] {
    return [...(this.#indexes.get(index)?.get(value) ?? [])]
  }

  onChange(listener: Listener<T>): void {
    this.#listeners.push(listener)
  }

  async create(object: KubeObject): Promise<T> {
    return this.#keep(await this.#options.access.create(this.kind, object))
  }

  /** Refused when the object has changed since it was read. */
  async replace(object: T, subresource?: string): Promise<T> {
    return this.#keep(await this.#options.access.replace(this.kind, object, subresource))
  }

  async patch(object: T, patch: Record<string, unknown>, subresource?: string): Promise<T> {
    const { name, namespace } = object.metadata
    const ref = namespace === undefined ? { name } : { name, namespace }
    return this.#keep(await this.#options.access.mergePatch(this.kind, ref, patch, subresource))
  }

  /** Deletes this very object; one that is already gone is fine. */
  async delete(object: T, options?: Omit<DeleteOptions, 'uid'>): Promise<void> {
    const { name, namespace, uid } = object.metadata
    const ref = namespace === undefined ? { name } : { name, namespace }
    const exact = uid === undefined ? {} : { uid }
    await this.#options.access.delete(this.kind, ref, { ...options, ...exact }).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  }

  async #fill(): Promise<void> {
    const { access, signal } = this.#options
    access.watch(this.kind, {}, (event) => this.#onEvent(event), signal)
    for (;;) {
      const listed = await access.list(this.kind)
      if (signal.aborted || listed.every(({ metadata }) => this.#seenUids.has(metadata.uid ?? ''))) break
      await new Promise<void>((resolve) => this.#options.clock.after(SYNC_CHECK_MS, resolve))
    }
    this.#seenUids.clear()
  }

  #onEvent({ type, object }: WatchEvent): void {
    this.#seenUids.add(object.metadata.uid ?? '')
    if (type === 'DELETED') this.#drop(object)
    else this.#keep(object)
  }

  #keep(raw: KubeObject): T {
    // The server has validated the object against its kind; this is the one place that takes its word.
    const object = raw as T
    const key = keyOfObject(object)
    const before = this.#objects.get(key)
    if (this.#deletedUids.has(object.metadata.uid ?? '')) return object
    if (before !== undefined && !isNewer(object, before)) return object
    this.#objects.set(key, object)
    this.#reindex(before, object)
    for (const listener of this.#listeners) listener(object, before)
    return object
  }

  #drop(object: KubeObject): void {
    this.#rememberDeletion(object.metadata.uid ?? '')
    const before = this.#objects.get(keyOfObject(object))
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return
    this.#objects.delete(keyOfObject(object))
    this.#reindex(before, undefined)
    for (const listener of this.#listeners) listener(undefined, before)
  }

  #rememberDeletion(uid: string): void {
    this.#deletedUids.add(uid)
    const [oldest] = this.#deletedUids
    if (this.#deletedUids.size > REMEMBERED_DELETIONS && oldest !== undefined) this.#deletedUids.delete(oldest)
  }

  #reindex(before: T | undefined, now: T | undefined): void {
    for (const [name, values] of Object.entries(this.#options.indexes ?? {})) {
      const index = this.#indexes.get(name)
      if (before !== undefined) for (const value of values(before)) removeFrom(index, value, before)
      if (now !== undefined) for (const value of values(now)) addTo(index, value, now)
    }
  }
}

function removeFrom<T>(index: Map<string, Set<T>> | undefined, value: string | undefined, object: T): void {
  const found = value === undefined ? undefined : index?.get(value)
  found?.delete(object)
  if (found?.size === 0 && value !== undefined) index?.delete(value)
}

function addTo<T>(index: Map<string, Set<T>> | undefined, value: string | undefined, object: T): void {
  if (value === undefined || index === undefined) return
  const found = index.get(value)
  if (found) found.add(object)
  else index.set(value, new Set([object]))
}
