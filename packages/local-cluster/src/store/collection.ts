import type { StoredObject } from './stored-object.ts'

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly stored: StoredObject
  /** The state before; undefined for `ADDED`. */
  readonly previous: StoredObject | undefined
}

/** All objects of one kind with their recent history. */
export interface Collection {
  get(key: string): StoredObject | undefined
  /** In key order, as etcd lists; of one namespace when given. */
  list(namespace?: string): StoredObject[]
  /** The list as it was at that revision; undefined when history does not reach back so far. */
  listAt(revision: number, namespace?: string): StoredObject[] | undefined
  /** Events after that revision; undefined when history does not reach back so far. */
  eventsAfter(revision: number): StoreEvent[] | undefined
  /** The lowest revision a watch can still be resumed from. */
  oldestRevision(): number
  /** Calls back synchronously with each write; the result stops it. */
  onEvent(listener: (event: StoreEvent) => void): () => void
}

export interface CollectionControl extends Collection {
  put(stored: StoredObject): void
  /** Replaces the same state of the same object, of which nobody is told. */
  restore(stored: StoredObject): void
  remove(stored: StoredObject): void
}

export function createCollection(historyLimit: number): CollectionControl {
  const objects = new Map<string, StoredObject>()
  const listeners = new Set<(event: StoreEvent) => void>()
  const history = createHistory(historyLimit)
  let sorted: string[] | undefined

  function emit(event: StoreEvent) {
    history.add(event)
    for (const listener of listeners) listener(event)
  }
  return {
    get: (key) => objects.get(key),
    list(namespace) {
      sorted ??= [...objects.keys()].sort()
      return pick(objects, namespaced(sorted, namespace))
    },
    listAt(revision, namespace) {
      const later = history.after(revision)
      if (later === undefined) return undefined
      const then = new Map(objects)
      for (const { stored, previous } of later.reverse()) {
        if (previous === undefined) then.delete(stored.key)
        else then.set(stored.key, previous)
      }
      return pick(then, namespaced([...then.keys()].sort(), namespace))
    },
    eventsAfter: (revision) => history.after(revision),
    oldestRevision: history.forgotten,
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    put(stored) {
      const previous = objects.get(stored.key)
      objects.set(stored.key, stored)
      if (previous === undefined) sorted = undefined
      emit({ type: previous === undefined ? 'ADDED' : 'MODIFIED', stored, previous })
    },
    restore: (stored) => void objects.set(stored.key, stored),
    remove(stored) {
      const previous = objects.get(stored.key)
      objects.delete(stored.key)
      sorted = undefined
      emit({ type: 'DELETED', stored, previous })
    },
  }
}

function namespaced(keys: string[], namespace: string | undefined): string[] {
  return namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}/`))
}

function pick(objects: Map<string, StoredObject>, keys: string[]): StoredObject[] {
  return keys.flatMap((key) => objects.get(key) ?? [])
}

function createHistory(limit: number) {
  const events: StoreEvent[] = []
  let forgotten = 0
  return {
    add(event: StoreEvent) {
      events.push(event)
      // Forgetting in blocks keeps the cost of one write constant.
      if (events.length >= limit * 2) forgotten = events.splice(0, events.length - limit).at(-1)?.stored.revision ?? 0
    },
    forgotten: () => forgotten,
    after(revision: number): StoreEvent[] | undefined {
      return revision < forgotten ? undefined : events.slice(firstAfter(events, revision))
    },
  }
}

function firstAfter(events: StoreEvent[], revision: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.stored.revision ?? 0) <= revision) low = middle + 1
    else high = middle
  }
  return low
}
