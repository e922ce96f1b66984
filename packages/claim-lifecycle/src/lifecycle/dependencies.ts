import type { CloudProvider } from '@kaito/cloud-provider'
import type { Cache, Clock, KubeClient, KubernetesObject, Node } from '@kaito/controller-kit'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import type { ServedKind } from '../claim/served-kind.ts'
import type { ClassSource } from '../class/class-source.ts'
import type { DefinitionHold } from '../garbage-collection/definition-hold.ts'
import type { AbsenceProofs } from '../instances/absence-proofs.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import type { ChoiceRefusals } from '../launch/choice-refusals.ts'
import type { LifecycleSettings } from '../settings.ts'
import type { Reminders } from '../termination/reminders.ts'
import type { TerminationRequests } from '../termination/requests.ts'

/** Tells people about an object; best effort. */
export type TellEvent = (
  object: KubernetesObject,
  event: { type: 'Normal' | 'Warning'; reason: string; message: string },
) => void

/** What all passes over one kind of claim share. */
export interface Dependencies<T extends KubernetesObject> {
  provisioner: ProvisionerIdentity
  adapter: ClaimAdapter<T>
  client: KubeClient
  claims: Cache<T>
  /** Every kind of claim, this one included: what limits all claims together counts them all. */
  kinds: readonly ServedKind[]
  /** Needs the indexes of `nodeIndexes`. */
  nodes: Cache<Node>
  cloud: CloudProvider
  instances: InstanceList
  absences: AbsenceProofs
  terminations: TerminationRequests
  reminders: Reminders
  choiceRefusals: ChoiceRefusals
  classes: ClassSource
  definitionHold: Pick<DefinitionHold, 'holds'>
  /** Whether deletions that nobody asked for are allowed now. */
  mayEnd: () => boolean
  tell: TellEvent
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  settings: LifecycleSettings
}
