import type { ClusterAccess } from '../../cluster-access.ts'
import type { Controller } from '../../reconciling/controller.ts'
import type { FollowedKinds } from '../followed-kinds.ts'
import { type Held, OwnerGraph, ownersOf } from './owner-graph.ts'
import { ownerState } from './owner-state.ts'
import { type CollectAction, type ObservedObject, planCollection } from './plan.ts'

/** Deletes what lost its last owner, and lets owners that wait for their dependents go in order. Keys are UIDs. */
export function createGarbageCollector(access: ClusterAccess, followed: FollowedKinds): Controller {
  const graph = new OwnerGraph()
  let enqueue: (uid: string) => void = () => undefined

  function visitDependents(uid: string): void {
    for (const { object } of graph.dependents(uid)) enqueue(object.metadata.uid ?? '')
  }

  async function reconcile(uid: string): Promise<undefined> {
    const held = graph.get(uid)
    if (held === undefined) return
    const owners: ObservedObject['owners'] = []
    for (const reference of ownersOf(held.object)) {
      const state = await ownerState({ access, followed, graph, reference, dependent: held.object })
      owners.push({ reference, state })
    }
    const dependents = graph.dependents(uid)
    const seen = { object: held.object, owners, dependents: dependents.map(({ object }) => object) }
    for (const action of planCollection(seen)) {
      if (action.do === 'visitDependents') visitDependents(uid)
      else await perform(action, held, dependents)
    }
  }

  function follow(held: Held, isGone: boolean): void {
    const { uid = '', deletionTimestamp } = held.object.metadata
    if (isGone) {
      graph.remove(uid)
      visitDependents(uid)
      // An owner that waits for its dependents may wait for this one.
      for (const owner of ownersOf(held.object)) enqueue(owner.uid)
      return
    }
    graph.put(held)
    if (ownersOf(held.object).length > 0 || deletionTimestamp !== undefined) enqueue(uid)
  }

  async function trigger(add: (uid: string) => void): Promise<void> {
    enqueue = add
    followed.onStore((store) =>
      store.onChange((now, before) => {
        const object = now ?? before
        if (object) follow({ object, store }, now === undefined)
      }),
    )
  }

  return { name: 'garbage-collector', reconcile, triggers: [trigger] }
}

async function perform(
  action: Exclude<CollectAction, { do: 'visitDependents' }>,
  { object, store }: Held,
  dependents: Held[],
): Promise<void> {
  const { uid = '', resourceVersion, finalizers = [] } = object.metadata
  switch (action.do) {
    case 'delete':
      return store.delete(object, { propagationPolicy: action.propagationPolicy })
    case 'keepOwners':
      await store.patch(object, { metadata: { uid, resourceVersion, ownerReferences: action.ownerReferences } })
      return
    case 'orphanDependents':
      return orphan(dependents, uid)
    case 'removeFinalizer': {
      const left = finalizers.filter((each) => each !== action.finalizer)
      await store.patch(object, { metadata: { uid, resourceVersion, finalizers: left } })
    }
  }
}

async function orphan(dependents: Held[], ownerUid: string): Promise<void> {
  for (const { object, store } of dependents) {
    const ownerReferences = ownersOf(object).filter(({ uid }) => uid !== ownerUid)
    const { uid, resourceVersion } = object.metadata
    await store.patch(object, { metadata: { uid, resourceVersion, ownerReferences } })
  }
}
