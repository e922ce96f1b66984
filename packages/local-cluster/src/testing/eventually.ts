import type { ClusterAccess, KubeObject, ObjectRef } from '../cluster-access.ts'
import { keyOfObject } from '../object-address.ts'
import type { KindOf } from '../objects/kinds.ts'

const PATIENCE_MS = 8_000

/** Resolves with the objects of a kind as soon as they are as wanted; rejects, naming what was seen last. */
export function eventually<T extends KubeObject>(
  access: ClusterAccess,
  kind: KindOf<T>,
  isWanted: (objects: T[]) => boolean,
): Promise<T[]> {
  const found = new Map<string, T>()
  const seen = new Set<string>()
  let existing: string[] | undefined
  const stop = new AbortController()
  const limit = AbortSignal.timeout(PATIENCE_MS)
  return new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => {
      stop.abort()
      reject(new Error(`${kind.kind}s never became as wanted; last: ${JSON.stringify([...found.values()], null, 1)}`))
    })
    function look(): void {
      // Half of a first list says nothing.
      if (existing === undefined || !existing.every((uid) => seen.has(uid))) return
      if (!isWanted([...found.values()])) return
      stop.abort()
      resolve([...found.values()])
    }
    access.watch(
      kind,
      {},
      ({ type, object }) => {
        seen.add(object.metadata.uid ?? '')
        if (type === 'DELETED') found.delete(keyOfObject(object))
        else found.set(keyOfObject(object), object as T)
        look()
      },
      stop.signal,
    )
    access.list(kind).then((listed) => {
      existing = listed.map(({ metadata }) => metadata.uid ?? '')
      look()
    }, reject)
  })
}

/** Resolves with one object as soon as it is as wanted. */
export async function eventuallyOne<T extends KubeObject>(
  access: ClusterAccess,
  kind: KindOf<T>,
  { ref, isWanted }: { ref: ObjectRef; isWanted: (object: T) => boolean },
): Promise<T> {
  const isIt = (object: T) => keyOfObject(object) === keyOfObject({ metadata: ref }) && isWanted(object)
  const objects = await eventually(access, kind, (all) => all.some(isIt))
  const [found] = objects.filter(isIt)
  if (found === undefined) throw new Error(`${kind.kind} ${ref.name} is gone`)
  return found
}
