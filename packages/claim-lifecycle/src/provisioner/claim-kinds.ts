import type { Cache, Clock, Controller, KubeClient, KubernetesObject } from '@kaito/controller-kit'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import { createMachineAdapter } from '../claim/machine-adapter.ts'
import { createNodeClaimAdapter } from '../claim/node-claim-adapter.ts'
import { createServedKind, type ServedKind } from '../claim/served-kind.ts'
import { type ClaimHealth, createClaimHealth } from '../health/claim-health.ts'
import { createLifecycleController, type LifecycleOptions } from '../lifecycle/controller.ts'
import type { Caches } from './caches.ts'
import type { Provisioner } from './provisioner.ts'

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

interface Options {
  client: KubeClient
  caches: Pick<Caches, 'machines' | 'nodeClaims'>
  provisioner: Provisioner
}

/** Both kinds, those that are not served included. */
export function claimKinds({ caches, client, provisioner }: Options): ClaimKind[] {
  const { classes } = provisioner
  return [
    claimKind({ client, provisioner, adapter: createMachineAdapter(classes), claims: caches.machines }),
    claimKind({ client, provisioner, adapter: createNodeClaimAdapter(classes), claims: caches.nodeClaims }),
  ]
}

interface KindOptions<T extends KubernetesObject> extends Pick<Options, 'client' | 'provisioner'> {
  adapter: ClaimAdapter<T>
  claims: Cache<T> | undefined
}

function claimKind<T extends KubernetesObject>({ adapter, claims, client, provisioner }: KindOptions<T>): ClaimKind {
  const kind = createServedKind({ adapter, client, claims, provisioner })
  return {
    kind,
    controllers: (shared) => (claims ? [createLifecycleController({ ...shared, adapter, claims })] : []),
    health: (clock) => (claims ? [createClaimHealth({ adapter, client, claims, kind, clock })] : []),
  }
}
