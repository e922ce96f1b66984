import type { InstanceSpec } from '@kaito/cloud-provider'
import type { MergePatch, Node, Pod } from '@kaito/controller-kit'
import type { Removal } from '../drain/drain.ts'

interface ClaimEvent {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

/** What a pass may do. Each can be repeated after a crash at any point. */
export type Action =
  /** Puts our finalizer on the claim, and these annotations with it. */
  | { do: 'hold'; annotations: Record<string, string> }
  /** Takes it off. */
  | { do: 'release' }
  | { do: 'labelClaim'; labels: Record<string, string> }
  /** Tells people about the claim. */
  | { do: 'tell'; event: ClaimEvent }
  /** Deletes the claim itself, which its finalizer turns into the end of its instance. */
  | { do: 'endClaim'; event: ClaimEvent | undefined }
  | { do: 'launch'; specs: InstanceSpec[] }
  /** Writes down that a launch failed; from then on its instance is given back. */
  | { do: 'recordFailure'; launch: number; reason: string; message: string }
  /** Writes down by when the pods of a deleted claim are gone. */
  | { do: 'setTerminationTime'; at: string }
  /** `again` where a deletion is under way that takes too long. */
  | { do: 'terminate'; again: boolean }
  /** Marks an instance that KAITO's own provisioner made for this claim as the claim's. */
  | { do: 'adopt' }
  /** Has the cloud listed again soon: what the last list says is older than what happened. */
  | { do: 'lookAgain' }
  /** Asks the cloud itself whether the instance is gone. */
  | { do: 'proveAbsence' }
  | { do: 'patchNode'; node: Node; patch: MergePatch }
  | { do: 'deleteNode'; node: Node }
  | { do: 'evict'; node: Node; pods: Pod[] }
  /** Deletes pods whose time is over, whatever a disruption budget says. */
  | { do: 'removePods'; node: Node; removals: Removal[] }
  /** Takes our finalizer off the Node. */
  | { do: 'releaseNode'; node: Node }
