import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../cluster-access.ts'
import type { ObjectStore } from '../objects/object-store.ts'

/** Writes the status unless it is stored already. */
export async function writeStatus<T extends KubeObject>(
  store: ObjectStore<T>,
  object: T,
  status: object,
): Promise<void> {
  const wanted: unknown = JSON.parse(JSON.stringify(status))
  if (!isDeepStrictEqual(object.status ?? {}, wanted)) await store.replace({ ...object, status: wanted }, 'status')
}
