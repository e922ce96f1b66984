import type { ObjectReader } from '../kind-definition.ts'
import { keyOf } from '../object-address.ts'
import type { ObjectStore } from '../store/object-store.ts'

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
