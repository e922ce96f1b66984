import type { RivalKind } from '@kaito/controller-kit'
import type { ClassReferences } from '../claim/class-reference.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'

/** What is one provisioner's own, beside its cloud and its settings. */
export interface Provisioner extends ProvisionerIdentity {
  /** Which NodeClaims it serves. Machines name no backend: they are served all, or not at all. */
  readonly classes: ClassReferences
  /** What brings the definitions of the kinds, such as a chart. */
  readonly comesWith: string
  /** Controllers that would serve the same claims without heeding the names on them; it waits for their end. */
  readonly rivals?: Omit<RivalKind, 'events'>
}

/** Which kinds of claim a process serves. */
export interface ServedClaims {
  machines: boolean
  nodeClaims: boolean
}
