import { type Cache, type KubeClient, type KubernetesObject, noneIfAbsent, type Resource } from '@kaito/controller-kit'
import { remembered } from '../remembered.ts'
import type { Claim } from './claim.ts'
import type { ClaimAdapter } from './claim-adapter.ts'
import { otherHolder } from './claim-holder.ts'
import type { ProvisionerIdentity } from './provisioner-identity.ts'

/** What owner references and events name of a kind. */
export function ownerOf({ group, version, kind }: Resource<KubernetesObject>): { apiVersion: string; kind: string } {
  return { apiVersion: `${group}/${version}`, kind }
}

/** A claim as the server has it, whoever serves it. */
export interface StoredClaim {
  claim: Claim
  /** By its class another backend's, or by the name on it another provisioner's. */
  isOthers: boolean
}

/**
 * One kind of claim for code that looks at the claims of every kind. Only claims that this provisioner has, or may take,
 * show in it, unless everybody's are asked for.
 */
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
  /** The same for the claims of everybody: who has one may have an instance or a Node that looks like ours. */
  listEverybodys(signal: AbortSignal): Promise<StoredClaim[]>
  /** From the server itself; undefined when there is no such claim, with the same care as `list`. */
  get(name: string, signal: AbortSignal): Promise<Claim | undefined>
}

interface Options<T extends KubernetesObject> {
  adapter: ClaimAdapter<T>
  client: KubeClient
  /** Undefined for a kind that is not served. */
  claims: Cache<T> | undefined
  provisioner: ProvisionerIdentity
}

export function createServedKind<T extends KubernetesObject>(options: Options<T>): ServedKind {
  const { adapter, client, claims, provisioner } = options
  const { resource } = adapter

  /** What was there once and is not found now has not ended by that. */
  async function orNone<Answer>(read: Promise<Answer>, none: Answer, signal: AbortSignal): Promise<Answer> {
    return claims?.synced() ? read : noneIfAbsent(read, { client, resource, none, signal })
  }

  function stored(object: T): StoredClaim {
    const claim = adapter.read(object)
    return { claim, isOthers: !adapter.isOurs(object) || otherHolder(claim, provisioner) !== undefined }
  }

  function ours(object: T): Claim | undefined {
    const { claim, isOthers } = stored(object)
    return isOthers ? undefined : claim
  }

  const cachedClaim = remembered(ours)
  const everyObject = (signal: AbortSignal) => orNone(client.list(resource, { signal }), [], signal)

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
    list: async (signal) => (await everyObject(signal)).flatMap((object) => ours(object) ?? []),
    listEverybodys: async (signal) => (await everyObject(signal)).map(stored),
    async get(name, signal) {
      const object = await orNone(client.get(resource, { name }, { signal }), undefined, signal)
      return object && ours(object)
    },
  }
}
