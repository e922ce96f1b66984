import type { KubernetesObject, Resource } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest } from '../node-provisioner.ts'

export interface ClaimCondition {
  type: string
  status: string
  reason?: string | undefined
  message?: string | undefined
  lastTransitionTime?: string | undefined
}

/** Of claims of any kind what is looked at here. */
export interface Claim extends KubernetesObject {
  spec?: { requirements?: { key: string; operator: string; values?: string[] | undefined }[] | undefined } | undefined
  status?:
    | {
        nodeName?: string | undefined
        providerID?: string | undefined
        conditions?: ClaimCondition[] | undefined
      }
    | undefined
}

/** A claim that is to be made. */
export interface WantedClaim {
  request: NodeRequest
  name: string
  /** Of those of the request. */
  instanceTypes: readonly string[]
  backend: BackendSettings
}

/** Types of the conditions that say how far a claim is. */
export type StepConditions = Readonly<Record<'launched' | 'registered' | 'initialized' | 'ready', string>>

/** How one kind of claim is written and read. */
export interface ClaimKind<T extends Claim> {
  readonly resource: Resource<T>
  readonly conditions: StepConditions
  object(wanted: WantedClaim): T
}
