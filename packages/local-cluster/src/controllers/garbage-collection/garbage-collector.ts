import type { ClusterAccess, KubeObject } from '../../cluster-access.ts'
import type { Controller } from '../../reconciling/controller.ts'
import type { ServedKinds } from '../served-kinds.ts'
import { type Held, OwnerGraph, type OwnerReference, ownersOf } from './owner-graph.ts'
import { type CollectAction, FOREGROUND, type OwnerState, planCollection } from './plan.ts'

/** Deletes what lost its last owner, and lets owners that wait for their dependents go in order. Keys are UIDs. */
export function createGarbageCollector(access: ClusterAccess, served: ServedKinds): Controller {
  const graph = new OwnerGraph()
  let enqueue: (uid: string) => void = () => undefined

  function visitDependents(uid: string): void {
    for (const { object } of graph.dependents(uid)) enqueue(object.metadata.uid ?? '')
  }

  async function ownerState(reference: OwnerReference, dependent: KubeObject): Promise<OwnerState> {
    const known = graph.get(reference.uid)
    const { namespace } = dependent.metadata
    if (known && [undefined, namespace].includes(known.object.metadata.namespace)) {
      const { deletionTimestamp, finalizers } = known.object.metadata
      return deletionTimestamp && finalizers?.includes(FOREGROUND) ? 'waitsForDependents' : 'alive'
    }
    const store = served.find(reference.apiVersion, reference.kind)
    if (store === undefined) return 'unknown'
    if (store.kind.namespaced && namespace === undefined) return 'unknown'
    // Absence is proven by the server, never by a cache: what is deleted for it does not come back.
    const ref = store.kind.namespaced && namespace ? { name: reference.name, namespace } : { name: reference.name }
    const found = await access.get(store.kind, ref)
    return found?.metadata.uid === reference.uid ? 'alive' : 'absent'
  }

  async function perform(action: CollectAction, { object, store }: Held): Promise<void> {
    const { uid = '', resourceVersion, finalizers = [] } = object.metadata
    switch (action.do) {
      case 'delete':
        return store.delete(object, { propagationPolicy: action.propagationPolicy })
      case 'keepOwners':
        await store.patch(object, { metadata: { uid, resourceVersion, ownerReferences: action.ownerReferences } })
        return
      case 'orphanDependents':
        return orphanDependents(graph.dependents(uid), uid)
      case 'removeFinalizer': {
        const left = finalizers.filter((each) => each !== action.finalizer)
        await store.patch(object, { metadata: { uid, resourceVersion, finalizers: left } })
        return
      }
      case 'visitDependents':
        return visitDependents(uid)
    }
  }

  async function reconcile(uid: string): Promise<undefined> {
    const held = graph.get(uid)
    if (held === undefined) return
    const owners: { reference: OwnerReference; state: OwnerState }[] = []
    for (const reference of ownersOf(held.object)) {
      owners.push({ reference, state: await ownerState(reference, held.object) })
    }
    const dependents = graph.dependents(uid).map(({ object }) => object)
    for (const action of planCollection({ object: held.object, owners, dependents })) await perform(action, held)
  }

  function follow(held: Held, isGone: boolean): void {
    const { object } = held
    const uid = object.metadata.uid ?? ''
    if (isGone) {
      graph.remove(uid)
      visitDependents(uid)
      // An owner that waits for its dependents may wait for this one.
      for (const owner of ownersOf(object)) enqueue(owner.uid)
      return
    }
    graph.put(held)
    if (ownersOf(object).length > 0 || object.metadata.deletionTimestamp !== undefined) enqueue(uid)
  }

  return {
    name: 'garbage-collector',
    reconcile,
    triggers: [
      (add) => {
        enqueue = add
        served.onStore((store) =>
          store.onChange((now, before) => {
            const object = now ?? before
            if (object) follow({ object, store }, now === undefined)
          }),
        )
        return Promise.resolve()
      },
    ],
  }
}

async function orphanDependents(dependents: Held[], ownerUid: string): Promise<void> {
  for (const { object, store } of dependents) {
    const ownerReferences = ownersOf(object).filter(({ uid }) => uid !== ownerUid)
    const { uid, resourceVersion } = object.metadata
    await store.patch(object, { metadata: { uid, resourceVersion, ownerReferences } })
  }
}
