import type { Workspace, WorkspaceSlot, WorkspaceStatus } from '@kaito/api'
import type { NodeSupply, SlotState } from '@kaito/node-provisioner'
import { SCHEDULING_PATIENCE_MS } from '../workload/pod-trouble.ts'
import { oneLine } from '../workload/useful-line.ts'
import { type ConditionState, conditionStates, outdatedConditions } from './conditions.ts'
import { conflict } from './conflict.ts'
import { isHeld } from './held.ts'
import type { Observed } from './observed.ts'
import type { Refusal } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Telling } from './telling.ts'
import { workloadTelling } from './workload-telling.ts'

type State = NonNullable<WorkspaceStatus['state']>

/** What the status shall say. What is absent here stays as it is. */
export interface Report {
  /** Undefined leaves the whole status as it is. */
  conditions: ConditionState[] | undefined
  /** Types of conditions to remove: they do not apply to this Workspace. */
  outdated?: string[]
  state?: State
  targetNodeCount?: number
  workerNodes?: string[]
  slots?: WorkspaceSlot[]
  revisitAfterMs?: number
}

const CONFLICT_REVISIT_MS = 60_000
const FAILURE_REVISIT_MS = 30_000
/** Giving a node back takes minutes; only what lasts longer is worth a write. */
const DELETION_PATIENCE_MS = 10 * 60_000
/** The API server takes no more in a slot. */
const LONGEST_SLOT_MESSAGE = 1024

/** `failure` is why the pass stopped before its end, as the user shall read it. */
export function report(seen: Observed, failure?: Refusal): Report {
  const { workspace, refusal, supply } = seen
  if (workspace.metadata.deletionTimestamp) return deletionReport(seen, failure)
  if (refusal) return { ...refused(seen, refusal), state: 'Failed' }
  if (!isHeld(workspace)) return { conditions: undefined }
  const obstacle = conflict(seen)
  if (obstacle) return { ...refused(seen, obstacle), revisitAfterMs: CONFLICT_REVISIT_MS }
  if (!supply) return { conditions: undefined }
  const resource = resourceTelling(supply, failure)
  const workload = workloadOrFailure(seen, failure)
  const revisitAfterMs = failure ? FAILURE_REVISIT_MS : revisit(supply, workload)
  return {
    ...told(seen, { resource, workload, claims: claimsTelling(supply, resource) }),
    targetNodeCount: supply.slots.length,
    workerNodes: readyNodes(supply),
    // What is missing was not asked for: on record it would count as vanished.
    ...(supply.phase === 'missing' ? {} : { slots: supply.slots.map(slotStatus) }),
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}

function told(
  { workspace, claimsCondition }: Observed,
  tellings: { resource: Telling; workload: Telling; claims?: Telling },
): Report {
  return {
    conditions: conditionStates(workspace, { ...tellings, claimsCondition }),
    outdated: outdatedConditions(workspace, claimsCondition),
    state: inferenceState(workspace, tellings.resource.isTrue && tellings.workload.isTrue),
  }
}

/** `NotReady` tells that it answered before, which no other fact of the cluster keeps. */
function inferenceState({ status }: Workspace, isReady: boolean): State {
  if (isReady) return 'Ready'
  return status?.state === 'Ready' || status?.state === 'NotReady' ? 'NotReady' : 'Pending'
}

/** Most of what is waited for announces itself; only what lasts too long does not. */
function revisit(supply: NodeSupply, workload: Telling): number | undefined {
  if (supply.phase === 'waiting' || supply.phase === 'blocked') return supply.revisitAfterMs
  return workload.reason === WORKSPACE_REASONS.workloadStarting ? SCHEDULING_PATIENCE_MS : undefined
}

function deletionReport(seen: Observed, failure: Refusal | undefined): Report {
  if (!failure) return { conditions: undefined }
  const { workspace, now } = seen
  const patienceMs = Date.parse(workspace.metadata.deletionTimestamp ?? '') + DELETION_PATIENCE_MS - now
  if (failure.reason === 'Deleting' && patienceMs > 0) return { conditions: undefined, revisitAfterMs: patienceMs }
  return refused(seen, failure)
}

function refused(seen: Observed, obstacle: Refusal): Report {
  const telling = { isTrue: false, ...obstacle }
  return told(seen, { resource: telling, workload: telling })
}

function resourceTelling(supply: NodeSupply, failure: Refusal | undefined): Telling {
  if (supply.phase === 'ready') {
    return { isTrue: true, reason: WORKSPACE_REASONS.nodesReady, message: `ready: ${readyNodes(supply).join(', ')}` }
  }
  if (failure) return { isTrue: false, ...failure }
  if (supply.phase === 'missing') {
    return { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'nodes are about to be asked for' }
  }
  return { isTrue: false, reason: supply.reason, message: supply.message }
}

/** How many claims gave a usable node, and what the others wait for. */
function claimsTelling({ slots }: NodeSupply, resource: Telling): Telling {
  const ready = slots.filter(({ phase }) => phase === 'Ready').length
  const count = `${ready} of ${slots.length} claims are ready`
  if (resource.isTrue) return { isTrue: true, reason: WORKSPACE_REASONS.claimsReady, message: count }
  return { ...resource, message: `${count}; ${resource.message}` }
}

function workloadOrFailure(seen: Observed, failure: Refusal | undefined): Telling {
  return failure && seen.supply?.phase === 'ready' ? { isTrue: false, ...failure } : workloadTelling(seen)
}

function readyNodes({ slots }: NodeSupply): string[] {
  return slots.flatMap(({ phase, nodeName }) => (phase === 'Ready' && nodeName !== undefined ? [nodeName] : [])).sort()
}

/** Field by field: one that the definition does not know would be dropped, and written again in every pass. */
function slotStatus(slot: SlotState): WorkspaceSlot {
  const { ordinal, attempt, claimName, phase, instanceType, nodeName, retryAt, reason } = slot
  const message = slot.message === undefined ? undefined : oneLine(slot.message, LONGEST_SLOT_MESSAGE)
  return { ordinal, attempt, claimName, phase, instanceType, nodeName, retryAt, reason, message }
}
