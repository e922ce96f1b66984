import type { ObjectReader } from '../kind-definition.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { keyOf } from '../store/stored-object.ts'

export function createObjectReader(store: ObjectStore): ObjectReader {
  return {
    get: (kind, ref) => store.collection(kind).get(keyOf(ref))?.object,
    list: (kind, namespace) =>
      store
        .collection(kind)
        .list(namespace)
        .map(({ object }) => object),
  }
}
