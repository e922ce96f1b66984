import type { CloudProvider, Instance } from '@kaito/cloud-provider'
import type { Cache, Clock, KubeClient, Node } from '@kaito/controller-kit'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import type { ServedKind } from '../claim/served-kind.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import type { TellEvent } from '../lifecycle/dependencies.ts'
import type { LifecycleSettings } from '../settings.ts'
import type { Breaker } from './breaker.ts'
import type { DefinitionHold } from './definition-hold.ts'
import type { DeletionGuard } from './deletion-guard.ts'

export interface CollectorDependencies {
  /** Every kind of claim, those that are not served included: their claims keep their instances. */
  kinds: readonly ServedKind[]
  provisioner: ProvisionerIdentity
  client: KubeClient
  nodes: Cache<Node>
  cloud: CloudProvider
  instances: InstanceList
  guard: DeletionGuard
  breaker: Breaker
  definitionHold: DefinitionHold
  /** Hears of instances of KAITO's own provisioner that no claim has as its own: all of them, whenever they change. */
  onUnclaimed?: (instances: readonly Instance[]) => void
  /** Hears of everything left over that was deleted, by the kind of the candidate. */
  onCollected?: (kind: string) => void
  tell: TellEvent
  clock: Clock
  settings: LifecycleSettings
}
