import type { WorkspaceSlot } from '@kaito/api'
import type { NodeSupply, SlotState } from '@kaito/node-provisioner'
import { oneLine } from '../workload/useful-line.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { Telling } from './telling.ts'

/** The API server takes no more in a slot. */
const LONGEST_SLOT_MESSAGE = 1024

/** What the status says of the nodes. */
export interface NodeReport {
  resource: Telling
  /** How many claims gave a usable node, and what the others wait for. */
  claims: Telling
  targetNodeCount: number
  workerNodes: string[]
  /** Undefined while they are not on record anywhere. */
  slots?: WorkspaceSlot[]
}

/** `failure` is why the pass stopped before its end, `lack` what keeps nodes from being asked for. */
export function nodeReport(supply: NodeSupply, failure: Refusal | undefined, lack: Refusal | undefined): NodeReport {
  const resource = resourceTelling(supply, failure, lack)
  return {
    resource,
    claims: claimsTelling(supply, resource),
    targetNodeCount: supply.slots.length,
    workerNodes: readyNodes(supply),
    // What is missing was not asked for: on record it would count as vanished.
    ...(supply.phase === 'missing' ? {} : { slots: supply.slots.map(slotStatus) }),
  }
}

function resourceTelling(supply: NodeSupply, failure: Refusal | undefined, lack: Refusal | undefined): Telling {
  if (supply.phase === 'ready') {
    return { isTrue: true, reason: WORKSPACE_REASONS.nodesReady, message: `ready: ${readyNodes(supply).join(', ')}` }
  }
  // Why nodes are given back stays said while they go.
  if (failure && supply.phase !== 'expired') return { isTrue: false, ...failure }
  if (supply.phase !== 'missing') return { isTrue: false, reason: supply.reason, message: supply.message }
  if (lack) return { isTrue: false, ...lack }
  return { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'nodes are about to be asked for' }
}

function claimsTelling({ slots }: NodeSupply, resource: Telling): Telling {
  const ready = slots.filter(({ phase }) => phase === 'Ready').length
  const count = `${ready} of ${slots.length} claims are ready`
  if (resource.isTrue) return { isTrue: true, reason: WORKSPACE_REASONS.claimsReady, message: count }
  return { ...resource, message: `${count}; ${resource.message}` }
}

function readyNodes({ slots }: NodeSupply): string[] {
  return slots.flatMap(({ phase, nodeName }) => (phase === 'Ready' && nodeName !== undefined ? [nodeName] : [])).sort()
}

/** Field by field: one that the definition does not know would be dropped, and written again in every pass. */
function slotStatus(slot: SlotState): WorkspaceSlot {
  const { ordinal, attempt, claimName, phase, instanceType, nodeName, retryAt, groupComplete, reason } = slot
  const message = slot.message === undefined ? undefined : oneLine(slot.message, LONGEST_SLOT_MESSAGE)
  return { ordinal, attempt, claimName, phase, instanceType, nodeName, retryAt, groupComplete, reason, message }
}
