import type { Reason } from '@kaito/api'
import type { Toleration } from '@kaito/controller-kit'

export interface Call {
  signal: AbortSignal
}

/** Identity of the Workspace that wants nodes. */
export interface WorkspaceRef {
  name: string
  namespace: string
  uid: string
}

/** The nodes one Workspace needs. */
export interface NodeRequest {
  workspace: WorkspaceRef
  count: number
  /** Ordered choices, first is best; never empty. */
  instanceTypes: string[]
  /** Labels the nodes must carry, from `resource.labelSelector.matchLabels`. */
  labels: Record<string, string>
  /** GPUs each node must show as allocatable before it counts as ready. */
  gpusPerNode: number
  /** Disk each node needs for images and weights; undefined takes the backend's default. */
  diskGiB: number | undefined
  /** What is paid for; undefined leaves it to the backend and its class. */
  capacityType: 'spot' | 'on-demand' | undefined
  /** Taints that the workload tolerates, so that a node which is there may have them. */
  tolerations: readonly Toleration[]
  /** Settings object of the backend; undefined takes its own. */
  nodeClass: { group: string; kind: string; name: string } | undefined
  /** `Prefer`: nodes that are there may serve. `Never`: new ones only. */
  existingNodes: 'Prefer' | 'Never'
  /** Names of existing nodes to take before others, in this order. */
  preferredNodes: string[]
  /** All nodes or none: what is not complete by the deadline is given back. */
  allOrNothing: boolean
  /** What earlier passes recorded in the Workspace's status, by ordinal. */
  slots: SlotRecord[]
}

/**
 * One wanted node of a Workspace. `attempt` counts from 0 and rises when what stood for the node vanished: its claim, or
 * the existing node that served.
 */
export interface SlotRecord {
  ordinal: number
  attempt: number
  /** Undefined where an existing node serves. */
  claimName?: string | undefined
  /** Without a claim: the existing node that serves. With one it only tells which node that claim gave. */
  nodeName?: string | undefined
  /** RFC 3339: what stood for the node is gone or given back, and no other is asked for before. */
  retryAt?: string | undefined
  /** With `retryAt`: why, as it was told. A group that was given back repeats these words until it is asked for again. */
  reason?: string | undefined
  message?: string | undefined
  /** Only with `allOrNothing`: every node was ready at once while this one stood, so no deadline ends it any more. */
  groupComplete?: boolean | undefined
}

/**
 * `Creating`: asked for and on the way. `Ready`: the node is usable. `NotReady`: it was complete and no longer is, or its
 * claim ends. `Blocked`: somebody must act. `Retrying`: it failed and is tried again without anybody.
 */
export type SlotPhase = 'Creating' | 'Ready' | 'NotReady' | 'Blocked' | 'Retrying'

/** What a slot looks like now. */
export interface SlotState extends SlotRecord {
  phase: SlotPhase
  /** The node it has, or had while it is `NotReady`; undefined before, so that a node on its way tells nothing twice. */
  nodeName: string | undefined
  /** Size of that node; before, the size asked for when there is only one. */
  instanceType: string | undefined
  /** Why it is not ready; undefined when it is. */
  reason: Reason | undefined
  message: string | undefined
}

export type NodeSupply = AnySupply & {
  /**
   * `request` must be called, though no node is missing: what an earlier way to get nodes left makes nodes of its own.
   */
  handsOver?: boolean
}

type AnySupply =
  | { phase: 'ready'; slots: SlotState[] }
  /** Asked for and on the way; the reason is that of the first slot that is not ready. */
  | { phase: 'waiting'; reason: Reason; message: string; slots: SlotState[]; revisitAfterMs?: number }
  /** Somebody must act first; the reason is that of the first slot that is `Blocked`. */
  | { phase: 'blocked'; reason: Reason; message: string; slots: SlotState[]; revisitAfterMs?: number }
  /**
   * Not all nodes of an all-or-nothing Workspace were ready in time. The slots carry `retryAt`. Until `isRecorded` they
   * must be written to the status first; then `giveBack` must be called, in every pass that still gets this answer.
   */
  | { phase: 'expired'; reason: Reason; message: string; slots: SlotState[]; isRecorded: boolean }
  /** `request` must be called: nodes are missing. */
  | { phase: 'missing'; slots: SlotState[] }

/** Whether nothing is left; before, what the end waits for. */
export interface Released {
  released: boolean
  reason?: Reason
  message?: string
}

/** SEAM 1: how a Workspace gets nodes. Nothing here waits for a node. */
export interface NodeProvisioner {
  readonly name: string
  /** Reads only. The answer is what the world shows now, not what was asked for earlier. */
  supply(request: NodeRequest, call: Call): Promise<NodeSupply>
  /**
   * Asks for the nodes that are missing and returns the slots to record once every request is on record. Repeating it,
   * also after a crash at any point, asks for nothing twice.
   */
  request(request: NodeRequest, call: Call): Promise<SlotRecord[]>
  /**
   * Gives the nodes up. `released` only when an uncached read shows that no claim of this Workspace is left; resolves
   * so at once for a Workspace that never had any.
   */
  release(workspace: WorkspaceRef, call: Call): Promise<Released>
  /** The same for a Workspace that lives on: what is on record says when it asks again. */
  giveBack(workspace: WorkspaceRef, call: Call): Promise<Released>
  /** Calls back with the Workspace whose nodes may have changed, for as long as the provisioner lives. */
  onChange(listener: (workspace: { name: string; namespace: string }) => void): void
}
