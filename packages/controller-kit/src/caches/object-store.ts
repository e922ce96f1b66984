import type { Change, IndexFunctions } from '../cache.ts'
import { type KubernetesObject, keyOf } from '../kubernetes-object.ts'
import { slim } from './slim.ts'

/** True when resource version `a` is newer than `b`: both are decimal numbers that only grow for one kind. */
function isNewer(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.length === b.length ? a > b : a.length > b.length
}

/** Objects of one kind by key, with indexes. Knows what is newer; knows nothing of where objects come from. */
export interface ObjectStore<T extends KubernetesObject> {
  get(key: string): T | undefined
  list(): T[]
  byIndex(index: string, value: string): T[]
  /** Starts with an `added` for every object that is there. */
  onChange(listener: (change: Change<T>) => void): void
  /** Takes the object unless a newer version of it is there already. */
  put(object: T): void
  /** As `put`, for what came another way: ignored when it is older than what the events told already. */
  observe(object: T): void
  /** Removes it unless a newer version is there. */
  remove(object: T): void
  /** Takes a complete list as of `resourceVersion`: what is not in it and not newer than it is removed. */
  replaceAll(objects: T[], resourceVersion: string): void
}

export function createObjectStore<T extends KubernetesObject>(
  indexFunctions: IndexFunctions<T>,
  onBadFunction: (error: unknown) => void,
): ObjectStore<T> {
  const objects = new Map<string, T>()
  const indexes = createIndexes(indexFunctions, onBadFunction)
  const listeners = createListeners<T>(onBadFunction)
  /** The newest version that came in order: an unknown object that is not newer was deleted meanwhile. */
  let told: string | undefined

  function advance(resourceVersion: string | undefined): void {
    if (isNewer(resourceVersion, told)) told = resourceVersion
  }

  function drop(key: string, known: T, last: T): void {
    objects.delete(key)
    indexes.remove(key, known)
    listeners.tell({ type: 'deleted', object: last, previous: known })
  }

  function put(whole: T): void {
    const key = keyOf(whole)
    const known = objects.get(key)
    if (known && !isNewer(whole.metadata.resourceVersion, known.metadata.resourceVersion)) return
    const object = slim(whole)
    const previous = known?.metadata.uid === object.metadata.uid ? known : undefined
    if (known && !previous) drop(key, known, known)
    if (previous) indexes.remove(key, previous)
    objects.set(key, object)
    indexes.add(key, object)
    listeners.tell({ type: previous ? 'modified' : 'added', object, previous })
  }

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    byIndex: (index, value) => indexes.keys(index, value).flatMap((key) => objects.get(key) ?? []),
    onChange(listener) {
      for (const object of objects.values()) listener({ type: 'added', object, previous: undefined })
      listeners.add(listener)
    },
    put(object) {
      advance(object.metadata.resourceVersion)
      put(object)
    },
    observe(object) {
      if (objects.has(keyOf(object)) || isNewer(object.metadata.resourceVersion, told)) put(object)
    },
    remove(object) {
      advance(object.metadata.resourceVersion)
      const key = keyOf(object)
      const known = objects.get(key)
      if (!known || isNewer(known.metadata.resourceVersion, object.metadata.resourceVersion)) return
      drop(key, known, object)
    },
    replaceAll(listed, resourceVersion) {
      advance(resourceVersion)
      const keys = new Set(listed.map(keyOf))
      for (const [key, known] of [...objects]) {
        if (!keys.has(key) && !isNewer(known.metadata.resourceVersion, resourceVersion)) drop(key, known, known)
      }
      listed.forEach(put)
    },
  }
}

function createListeners<T>(onBadFunction: (error: unknown) => void) {
  const listeners: ((change: Change<T>) => void)[] = []
  return {
    add: (listener: (change: Change<T>) => void) => void listeners.push(listener),
    /** One listener that throws must not cost the others the change. */
    tell(change: Change<T>): void {
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (error) {
          onBadFunction(error)
        }
      }
    },
  }
}

function createIndexes<T>(functions: IndexFunctions<T>, onBadFunction: (error: unknown) => void) {
  const byName = new Map(Object.keys(functions).map((name) => [name, new Map<string, Set<string>>()]))

  function each(object: T, visit: (index: Map<string, Set<string>>, value: string) => void): void {
    for (const [name, index] of byName) {
      for (const value of valuesOf(name, object)) visit(index, value)
    }
  }

  // One object that an index function cannot read must not keep all others out of the cache.
  function valuesOf(name: string, object: T): string[] {
    try {
      return functions[name]?.(object) ?? []
    } catch (error) {
      onBadFunction(error)
      return []
    }
  }

  return {
    add: (key: string, object: T) =>
      each(object, (index, value) => {
        const keys = index.get(value)
        if (keys) keys.add(key)
        else index.set(value, new Set([key]))
      }),
    remove: (key: string, object: T) =>
      each(object, (index, value) => {
        const keys = index.get(value)
        keys?.delete(key)
        if (keys?.size === 0) index.delete(value)
      }),
    keys(name: string, value: string): string[] {
      const index = byName.get(name)
      if (!index) throw new Error(`the cache has no index ${name}`)
      return [...(index.get(value) ?? [])]
    },
  }
}
