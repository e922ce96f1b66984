import type { KubernetesObject, Resource } from './kubernetes-object.ts'

export interface Change<T> {
  type: 'added' | 'modified' | 'deleted'
  object: T
  /** The object as it was cached before; undefined for `added`. */
  previous: T | undefined
}

/**
 * Local copy of one kind of object, kept by list and watch.
 *
 * It may lag behind the server but never goes back in time for one UID. Objects in it are shared: never change them.
 * They come without managed fields and a Node's images.
 */
export interface Cache<T extends KubernetesObject> {
  readonly resource: Resource<T>
  get(key: string): T | undefined
  list(): T[]
  /** Objects for which the index function of that name yielded `value`. */
  byIndex(index: string, value: string): T[]
  /** True once the first full list is in. */
  synced(): boolean
  /** Resolves when synced, or when the signal aborts. */
  untilSynced(signal: AbortSignal): Promise<void>
  /** False while its watch has been down for longer than the tolerated time: readiness follows it. */
  healthy(): boolean
  /**
   * Calls back with an `added` for every object that is there, then with each change. Listeners run synchronously in
   * the order of events and must only enqueue keys.
   */
  onChange(listener: (change: Change<T>) => void): void
  /**
   * Takes in the server's answer to an own write, so that the next pass sees it before the watch brings it. Ignored
   * when the cache already knows more.
   */
  observe(object: T): void
  /** Resolves when the signal aborts and the last stream is closed. */
  run(signal: AbortSignal): Promise<void>
}

export type IndexFunctions<T> = Record<string, (object: T) => string[]>
