import type { ClusterAccess } from '../../cluster-access.ts'
import type { Namespace } from '../../objects/kinds.ts'
import type { WatchedObjects } from '../../objects/watched-objects.ts'
import { type Controller, itself, on } from '../../reconciling/controller.ts'
import type { FollowedKinds } from '../followed-kinds.ts'

const FINALIZER = 'kubernetes'

interface NamespaceDeletionOptions {
  access: ClusterAccess
  namespaces: WatchedObjects<Namespace>
  followed: FollowedKinds
}

/** Empties a namespace that is being deleted, then lets it go. */
export function createNamespaceDeletion({ access, namespaces, followed }: NamespaceDeletionOptions): Controller {
  async function reconcile(name: string): Promise<undefined> {
    const namespace = namespaces.get(name)
    const finalizers = namespace?.spec?.finalizers ?? []
    if (namespace?.metadata.deletionTimestamp === undefined) return
    // What nothing has ever held goes with a second request.
    if (finalizers.length === 0) await namespaces.delete(namespace)
    if (!finalizers.includes(FINALIZER) || !(await isEmptied(name))) return
    const left = { ...namespace.spec, finalizers: finalizers.filter((each) => each !== FINALIZER) }
    await namespaces.replace({ ...namespace, spec: left }, 'finalize')
  }

  /** Deletes what is in a namespace. What is left ends later, and its end brings the namespace up again. */
  async function isEmptied(name: string): Promise<boolean> {
    const stores = followed.stores().filter(({ kind }) => kind.namespaced)
    const inIt = stores.flatMap((store) => store.byIndex('namespace', name).map((object) => ({ store, object })))
    for (const { store, object } of inIt) {
      if (object.metadata.deletionTimestamp === undefined) await store.delete(object)
    }
    for (const { kind } of stores) if ((await access.list(kind, { namespace: name })).length > 0) return false
    return true
  }

  return {
    name: 'namespace-deletion',
    reconcile,
    triggers: [
      on(namespaces, itself),
      async (enqueue) =>
        followed.onStore((store) =>
          store.onChange((now, before) => {
            const { namespace = '' } = now?.metadata ?? before?.metadata ?? {}
            if (namespaces.get(namespace)?.metadata.deletionTimestamp !== undefined) enqueue(namespace)
          }),
        ),
    ],
  }
}
