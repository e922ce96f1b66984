import type { KindRef, KubeObject } from '../cluster-access.ts'
import { createKindRegistry } from '../kinds/kind-registry.ts'
import type { CustomResourceDefinition } from '../objects/kinds.ts'
import { WatchedObjects } from '../objects/watched-objects.ts'
import type { ControllerContext } from './controller-context.ts'

export interface FollowedKinds {
  /** A store of every kind that is served now, built in or custom. */
  stores(): WatchedObjects<KubeObject>[]
  /** The store of the kind an owner reference names, in whatever served version. */
  find(apiVersion: string, kind: string): WatchedObjects<KubeObject> | undefined
  /** Calls back with each store before it starts to fill, now and when a kind is added. */
  onStore(listener: (store: WatchedObjects<KubeObject>) => void): void
  start(): Promise<void>
}

/** Follows every object of every kind, for the controllers that care about all of them. */
export function createFollowedKinds(context: Omit<ControllerContext, 'record' | 'random'>): FollowedKinds {
  const served = new Map<string, WatchedObjects<KubeObject>>()
  const stopCustom = new Map<string, () => void>()
  const listeners: ((store: WatchedObjects<KubeObject>) => void)[] = []

  function serve(kind: KindRef, signal: AbortSignal): WatchedObjects<KubeObject> {
    const indexes = { namespace: ({ metadata }: KubeObject) => [metadata.namespace] }
    const store = new WatchedObjects<KubeObject>({
      access: context.access,
      clock: context.clock,
      signal,
      kind,
      indexes,
    })
    served.set(keyOfKind(kind.group, kind.kind), store)
    for (const listener of listeners) listener(store)
    return store
  }

  function follow(now: CustomResourceDefinition | undefined, before: CustomResourceDefinition | undefined): void {
    const definition = now ?? before
    const kind = definition === undefined ? undefined : customKind(definition)
    if (definition === undefined || kind === undefined) return
    const { name } = definition.metadata
    if (now === undefined) {
      stopCustom.get(name)?.()
      stopCustom.delete(name)
      served.delete(keyOfKind(kind.group, kind.kind))
    } else if (!stopCustom.has(name)) {
      const stop = new AbortController()
      stopCustom.set(name, () => stop.abort())
      const store = serve(kind, AbortSignal.any([stop.signal, context.signal]))
      store.start().catch((error: unknown) => context.log('A custom kind cannot be followed', { name, error }))
    }
  }

  return {
    stores: () => [...served.values()],
    find: (apiVersion, kind) => served.get(keyOfKind(apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind)),
    onStore(listener) {
      listeners.push(listener)
      for (const store of served.values()) listener(store)
    },
    async start() {
      const builtIn = createKindRegistry()
        .all()
        .filter(({ custom }) => !custom)
      const stores = builtIn.map((kind) => serve(kind, context.signal))
      context.stores.customResourceDefinitions.onChange(follow)
      await Promise.all([...stores.map((store) => store.start()), context.stores.customResourceDefinitions.start()])
    },
  }
}

function keyOfKind(group = '', kind = ''): string {
  return `${group}/${kind}`
}

/** The stored version of a custom kind, once the server accepts objects of it. */
function customKind({ spec, status }: CustomResourceDefinition): KindRef | undefined {
  const established = status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True')
  const version = spec.versions.find(({ storage }) => storage) ?? spec.versions[0]
  if (!established || version === undefined) return undefined
  const { plural, kind } = spec.names
  return { group: spec.group, version: version.name, plural, kind, namespaced: spec.scope === 'Namespaced' }
}
