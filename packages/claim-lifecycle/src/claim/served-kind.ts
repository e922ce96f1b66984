import {
  ApiError,
  type Cache,
  DEFINITIONS,
  definitionName,
  type KubeClient,
  type KubernetesObject,
  type Resource,
} from '@kaito/controller-kit'
import { remembered } from '../remembered.ts'
import type { Claim } from './claim.ts'
import type { ClaimAdapter } from './claim-adapter.ts'

/** What owner references and events name of a kind. */
export function ownerOf({ group, version, kind }: Resource<KubernetesObject>): { apiVersion: string; kind: string } {
  return { apiVersion: `${group}/${version}`, kind }
}

/** One kind of claim for code that looks at the claims of every kind. Only claims that this backend serves show in it. */
export interface ServedKind {
  readonly resource: Resource<KubernetesObject>
  /** What owner references and events name. */
  readonly owner: { apiVersion: string; kind: string }
  /** False for a kind this process is told to leave alone: its claims still keep their instances. */
  readonly isServed: boolean
  /** Whether the watch on its claims is alive; true while there is none because its definition is not installed. */
  healthy(): boolean
  /** From the cache, which may lag behind; empty for a kind that is not served. */
  cached(): Claim[]
  /** Calls back with a claim before and after each change of the cache; undefined where there was or is none. */
  onChange(listener: (before: Claim | undefined, now: Claim | undefined) => void): void
  /**
   * From the server itself. Empty where the definition of the kind is not installed.
   *
   * @throws ApiError or ApiUnreachable where that cannot be told: nothing may be concluded then.
   */
  list(signal: AbortSignal): Promise<Claim[]>
  /** From the server itself; undefined when there is no such claim, with the same care as `list`. */
  get(name: string, signal: AbortSignal): Promise<Claim | undefined>
}

interface Options<T extends KubernetesObject> {
  adapter: ClaimAdapter<T>
  client: KubeClient
  /** Undefined for a kind that is not served. */
  claims: Cache<T> | undefined
}

export function createServedKind<T extends KubernetesObject>({ adapter, client, claims }: Options<T>): ServedKind {
  const { resource } = adapter
  const definition = { name: definitionName(resource) }

  async function orNone<Answer>(read: Promise<Answer>, none: Answer, signal: AbortSignal): Promise<Answer> {
    try {
      return await read
    } catch (error) {
      // What was there once and is not found now has not ended by that.
      if (!(error instanceof ApiError) || error.status !== 404 || claims?.synced()) throw error
      if ((await client.get(DEFINITIONS, definition, { signal })) !== undefined) throw error
      return none
    }
  }

  const ours = (objects: readonly T[]) => objects.filter(adapter.isOurs).map(adapter.read)
  const cachedClaim = remembered((object: T) => ours([object])[0])

  return {
    resource,
    owner: ownerOf(resource),
    isServed: claims !== undefined,
    healthy: () => !claims?.synced() || claims.healthy(),
    cached: () => (claims?.list() ?? []).flatMap((object) => cachedClaim(object) ?? []),
    onChange: (listener) =>
      claims?.onChange(({ type, object, previous }) =>
        listener(previous && cachedClaim(previous), type === 'deleted' ? undefined : cachedClaim(object)),
      ),
    list: async (signal) => ours(await orNone(client.list(resource, { signal }), [], signal)),
    async get(name, signal) {
      const stored = await orNone(client.get(resource, { name }, { signal }), undefined, signal)
      return stored && adapter.isOurs(stored) ? adapter.read(stored) : undefined
    },
  }
}
