import type { KindRef, KubeObject } from '../cluster-access.ts'
import { type Collection, type CollectionControl, createCollection } from './collection.ts'
import { type StoredObject, storedObject } from './stored-object.ts'

/** Kinds are stored by group and plural: all versions share one collection. */
type StoredKind = Pick<KindRef, 'group' | 'plural'>

/** All objects of the cluster in memory under one growing revision. Writes are synchronous: they never interleave. */
export interface ObjectStore {
  /** Of the last write; what a list shows as its resourceVersion. */
  revision(): number
  collection(kind: StoredKind): Collection
  /** Creates or replaces under `metadata.namespace/name`; freezes the object and sets its resourceVersion. */
  put(kind: StoredKind, object: KubeObject): StoredObject
  /** The result is the object as it was, at the revision of its removal. */
  remove(kind: StoredKind, object: KubeObject): StoredObject
  /** Shows all objects of a kind in another form from now on. Nothing was written: no revision, no event. */
  restore(kind: StoredKind, restored: (object: KubeObject) => KubeObject): void
}

/** `historyLimit`: how many events of one kind a watch can still be resumed from. */
export function createObjectStore(options: { historyLimit: number }): ObjectStore {
  const collections = new Map<string, CollectionControl>()
  let revision = 1
  function collection({ group, plural }: StoredKind): CollectionControl {
    const id = `${group}/${plural}`
    const existing = collections.get(id)
    if (existing !== undefined) return existing
    const added = createCollection(options.historyLimit)
    collections.set(id, added)
    return added
  }
  return {
    revision: () => revision,
    collection,
    put(kind, object) {
      revision += 1
      const stored = storedObject(object, revision)
      collection(kind).put(stored)
      return stored
    },
    remove(kind, object) {
      revision += 1
      const stored = storedObject(object, revision)
      collection(kind).remove(stored)
      return stored
    },
    restore(kind, restored) {
      const objects = collection(kind)
      for (const { object, revision } of objects.list()) objects.restore(storedObject(restored(object), revision))
    },
  }
}
