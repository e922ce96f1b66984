import type { InstanceSpec } from '@kaito/cloud-provider'
import type { MergePatch, Node, Pod } from '@kaito/controller-kit'

/** What a pass may do. Each can be repeated after a crash at any point. */
export type Action =
  /** Puts our finalizer on the claim. */
  | { do: 'hold' }
  /** Takes it off. */
  | { do: 'release' }
  | { do: 'labelClaim'; labels: Record<string, string> }
  | { do: 'launch'; specs: InstanceSpec[] }
  /** Writes down that a launch failed; from then on its instance is given back. */
  | { do: 'recordFailure'; launch: number; reason: string; message: string }
  | { do: 'terminate' }
  /** Has the cloud listed again soon: what the last list says is older than what happened. */
  | { do: 'lookAgain' }
  /** Asks the cloud itself whether the instance is gone. */
  | { do: 'proveAbsence' }
  | { do: 'patchNode'; node: Node; patch: MergePatch }
  | { do: 'deleteNode'; node: Node }
  | { do: 'evict'; node: Node; pods: Pod[] }
  /** Takes our finalizer off the Node. */
  | { do: 'releaseNode'; node: Node }
