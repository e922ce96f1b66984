import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../cluster-access.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'

/** Writes the status unless it is stored already. */
export async function writeStatus<T extends KubeObject>(
  store: WatchedObjects<T>,
  object: T,
  status: object,
): Promise<void> {
  const wanted: unknown = JSON.parse(JSON.stringify(status))
  if (!isDeepStrictEqual(object.status ?? {}, wanted)) await store.replace({ ...object, status: wanted }, 'status')
}
