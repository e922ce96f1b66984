import { WORKSPACE_CONDITIONS, type WorkspaceSlot } from '@kaito/api'
import type { NodeSupply } from '@kaito/node-provisioner'
import { SCHEDULING_PATIENCE_MS } from '../workload/pod-trouble.ts'
import { conflict } from './conflict.ts'
import { isHeld } from './held.ts'
import type { Observed } from './observed.ts'
import type { Refusal } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import { type Telling, workloadTelling } from './workload-telling.ts'

/** A condition without its time, which whoever writes it knows. */
interface ConditionState {
  type: string
  status: 'True' | 'False'
  reason: string
  message: string
}

export interface Report {
  /** Undefined leaves the conditions as they are. */
  conditions: ConditionState[] | undefined
  slots?: WorkspaceSlot[]
  workerNodes?: string[]
  revisitAfterMs?: number
}

const CONFLICT_REVISIT_MS = 60_000
const FAILURE_REVISIT_MS = 30_000
/** Giving a node back takes minutes; only what lasts longer is worth a write. */
const DELETION_PATIENCE_MS = 10 * 60_000

/** `failure` is why the pass stopped before its end, as the user shall read it. */
export function report(seen: Observed, failure?: Refusal): Report {
  const { workspace, refusal, supply } = seen
  if (workspace.metadata.deletionTimestamp) return deletionReport(seen, failure)
  if (!isHeld(workspace) && !refusal) return { conditions: undefined }
  const obstacle = refusal ?? conflict(seen)
  if (obstacle) return { ...refused(obstacle), ...(refusal ? {} : { revisitAfterMs: CONFLICT_REVISIT_MS }) }
  if (!supply) return { conditions: undefined }
  const inference = inferenceTelling(seen, failure)
  const revisitAfterMs = failure ? FAILURE_REVISIT_MS : revisit(supply, inference)
  return {
    conditions: conditions(resourceTelling(supply, failure), inference),
    // What is missing was not asked for: on record it would count as vanished.
    ...(supply.phase === 'missing' ? {} : { slots: supply.slots.map(slotStatus) }),
    workerNodes: supply.phase === 'ready' ? supply.nodes.map(({ name }) => name).sort() : [],
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}

/** Most of what is waited for announces itself; only what lasts too long does not. */
function revisit(supply: NodeSupply, inference: Telling): number | undefined {
  if (supply.phase === 'waiting') return supply.revisitAfterMs
  return inference.reason === WORKSPACE_REASONS.workloadStarting ? SCHEDULING_PATIENCE_MS : undefined
}

function deletionReport({ workspace, now }: Observed, failure: Refusal | undefined): Report {
  if (!failure) return { conditions: undefined }
  const patienceMs = Date.parse(workspace.metadata.deletionTimestamp ?? '') + DELETION_PATIENCE_MS - now
  if (failure.reason === 'Deleting' && patienceMs > 0) return { conditions: undefined, revisitAfterMs: patienceMs }
  return refused(failure)
}

function refused(obstacle: Refusal): Report {
  const telling = { isTrue: false, ...obstacle }
  return { conditions: conditions(telling, telling) }
}

function resourceTelling(supply: NodeSupply, failure: Refusal | undefined): Telling {
  if (supply.phase === 'ready') {
    const names = supply.nodes.map(({ name }) => name).sort()
    return { isTrue: true, reason: WORKSPACE_REASONS.nodesReady, message: `ready: ${names.join(', ')}` }
  }
  if (failure) return { isTrue: false, ...failure }
  if (supply.phase === 'waiting' || supply.phase === 'blocked') return { isTrue: false, ...supply }
  return { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'nodes are about to be asked for' }
}

function inferenceTelling(seen: Observed, failure: Refusal | undefined): Telling {
  return failure && seen.supply?.phase === 'ready' ? { isTrue: false, ...failure } : workloadTelling(seen)
}

function conditions(resource: Telling, inference: Telling): ConditionState[] {
  const failing = [resource, inference].find(({ isTrue }) => !isTrue)
  const message = 'the model answers at the Service of the same name'
  const workspace = failing ?? { isTrue: true, reason: WORKSPACE_REASONS.workspaceReady, message }
  const { resourceReady, inferenceReady, workspaceReady, workspaceSucceeded } = WORKSPACE_CONDITIONS
  return [
    condition(resourceReady, resource),
    condition(inferenceReady, inference),
    condition(workspaceReady, workspace),
    condition(workspaceSucceeded, workspace),
  ]
}

function condition(type: string, { isTrue, reason, message }: Telling): ConditionState {
  return { type, status: isTrue ? 'True' : 'False', reason, message }
}

function slotStatus(slot: WorkspaceSlot): WorkspaceSlot {
  const { ordinal, attempt, claimName, nodeName, retryAt, reason } = slot
  return { ordinal, attempt, claimName, nodeName, retryAt, reason }
}
