import {
  type ClaimAdapter,
  type ClaimHealth,
  createClaimHealth,
  createLifecycleController,
  createServedKind,
  type LifecycleOptions,
  machineAdapter,
  nodeClaimAdapter,
  type ServedKind,
} from '@kaito/claim-lifecycle'
import type { Cache, Clock, Controller, KubeClient, KubernetesObject } from '@kaito/controller-kit'
import type { Caches } from './caches.ts'

/** What the controllers of all kinds share. */
type SharedOptions = Omit<LifecycleOptions<KubernetesObject>, 'adapter' | 'claims'>

/** One kind of claim: how others look at it, and what serves it. */
interface ClaimKind {
  kind: ServedKind
  /** None for a kind that is not served. */
  controllers(shared: SharedOptions): Controller[]
  /** How its nodes are looked after; none for a kind that is not served. */
  health(clock: Clock): ClaimHealth[]
}

/** Both kinds, those that are not served included. */
export function claimKinds(client: KubeClient, { machines, nodeClaims }: Caches): ClaimKind[] {
  return [claimKind(machineAdapter, machines, client), claimKind(nodeClaimAdapter, nodeClaims, client)]
}

function claimKind<T extends KubernetesObject>(
  adapter: ClaimAdapter<T>,
  claims: Cache<T> | undefined,
  client: KubeClient,
): ClaimKind {
  const kind = createServedKind({ adapter, client, claims })
  return {
    kind,
    controllers: (shared) => (claims ? [createLifecycleController({ ...shared, adapter, claims })] : []),
    health: (clock) => (claims ? [createClaimHealth({ adapter, client, claims, kind, clock })] : []),
  }
}
