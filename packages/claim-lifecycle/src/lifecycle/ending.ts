import type { Node } from '@kaito/controller-kit'
import { cordonPatch } from '../node/cordon.ts'
import { isLeaving } from '../node/node-facts.ts'
import { drainOfNode, isOpen, type NodeDrain } from '../termination/node-drain.ts'
import { heldNodes, mayStillRun, openDrains, stageOf } from '../termination/stage.ts'
import type { Action } from './action.ts'
import type { Observed } from './observed.ts'

/** Kubernetes dates to the second. */
const TIMESTAMP_MS = 1_000
/** A deletion that takes too long is asked for again, but no cloud is helped by being asked more often than that. */
const SHORTEST_REPEAT_MS = 15 * 60_000

/**
 * Gives an instance back: its Nodes are closed and deleted first, then emptied, then the instance ends, and only then
 * the Node objects may go. Empty when nothing of it is left to do but wait.
 */
export function endingActions(seen: Observed): Action[] {
  switch (stageOf(seen)) {
    case 'closing':
      return seen.nodes.flatMap((node) => closingActions(seen, node))
    case 'lost':
      return askForAbsence(seen)
    case 'draining':
      return openDrains(seen).flatMap(drainActions)
    case 'detaching':
      return []
    case 'terminating':
      return terminatingActions(seen)
  }
}

function terminatingActions(seen: Observed): Action[] {
  const released = heldNodes(seen).map((node): Action => ({ do: 'releaseNode', node }))
  const again = isEnding(seen)
  if (!mayStillRun(seen) || (again && !isOverdue(seen))) return released
  if (seen.cloudPauseMs > 0) return again ? released : []
  return [{ do: 'terminate', again }, ...released]
}

/** Closed in one pass, deleted in the next, which then sees the Node as closed. */
function closingActions(seen: Observed, node: Node): Action[] {
  const patch = cordonPatch(node, seen)
  if (patch) return [{ do: 'patchNode', node, patch }]
  return isLeaving(node) ? [] : [{ do: 'deleteNode', node }]
}

/** Gives up a Node whose object somebody deleted while its claim lives on; the instance stays. */
export function nodeLeavingActions(seen: Observed, node: Node): Action[] {
  const state = seen.sighting.known ? seen.sighting.instance?.state : undefined
  // An upgrade or repair deletes Nodes by itself and waits for them to go: never hold those up.
  if (state !== 'Running' && state !== 'Stopped') return [{ do: 'releaseNode', node }]
  if (seen.listedAtMs <= Date.parse(node.metadata.deletionTimestamp ?? '') + TIMESTAMP_MS) return [{ do: 'lookAgain' }]
  const patch = cordonPatch(node, seen)
  if (patch) return [{ do: 'patchNode', node, patch }]
  const drain = drainOfNode(seen, node)
  return isOpen(drain) ? drainActions(drain) : [{ do: 'releaseNode', node }]
}

function drainActions({ node, evict, remove }: NodeDrain): Action[] {
  return [
    ...(evict.length > 0 ? [{ do: 'evict', node, pods: evict } as const] : []),
    ...(remove.length > 0 ? [{ do: 'removePods', node, removals: remove } as const] : []),
  ]
}

/** Asks the cloud itself, unless it was asked a moment ago. */
export function askForAbsence({ absence, cloudPauseMs }: Observed): Action[] {
  return absence.pausedMs > 0 || cloudPauseMs > 0 ? [] : [{ do: 'proveAbsence' }]
}

function isEnding({ sighting }: Observed): boolean {
  return sighting.known && sighting.instance?.state === 'Deleting'
}

function isOverdue({ settings, terminationAskedMs }: Observed): boolean {
  return terminationAskedMs >= Math.max(SHORTEST_REPEAT_MS, settings.terminationDeadlineMs)
}
