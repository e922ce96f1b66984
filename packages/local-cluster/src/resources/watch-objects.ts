import type { KindDefinition } from '../kind-definition.ts'
import type { StoreEvent } from '../store/collection.ts'
import { type StoredObject, storedObject } from '../store/stored-object.ts'
import type { ApiEngine } from './api-engine.ts'
import { expired, type ListQuery, matcher, wantedVersion } from './list-objects.ts'

type SeenType = 'ADDED' | 'MODIFIED' | 'DELETED'

interface WatchTarget {
  /** Called synchronously with the write; must not write itself. */
  event(type: SeenType, stored: StoredObject): void
  /** All objects that existed at the start were told of. */
  initialEventsEnd?(revision: number): void
}

/**
 * Tells of what exists (unless resumed from a resourceVersion) and then of every change that matches; an object that
 * starts or stops to match comes as ADDED or DELETED. Throws 410 when history does not reach back to the start.
 */
export function watchObjects(
  engine: ApiEngine,
  kind: KindDefinition,
  { query, sendInitialEvents, target }: { query: ListQuery; sendInitialEvents?: boolean; target: WatchTarget },
): () => void {
  const collection = engine.store.collection(kind)
  const matches = matcher(kind, query)
  const from = wantedVersion(undefined, query)
  const pass = ({ type, stored, previous }: StoreEvent) => {
    const now = type !== 'DELETED' && matches(stored.object)
    const before = previous !== undefined && matches(previous.object)
    if (now) target.event(before ? 'MODIFIED' : 'ADDED', stored)
    else if (before) target.event('DELETED', type === 'DELETED' ? stored : asItWas(previous, stored))
  }
  if (sendInitialEvents ?? from === 0) {
    for (const stored of collection.list(query.namespace)) if (matches(stored.object)) target.event('ADDED', stored)
    target.initialEventsEnd?.(engine.store.revision())
  } else if (from > 0) {
    const missed = collection.eventsAfter(from)
    if (missed === undefined) throw expired(`too old resource version: ${from} (${collection.oldestRevision()})`)
    missed.forEach(pass)
  }
  return collection.onEvent(pass)
}

/** What no longer matches is told of as it last matched. */
function asItWas(previous: StoredObject, { revision }: StoredObject): StoredObject {
  return storedObject(previous.object, revision)
}
