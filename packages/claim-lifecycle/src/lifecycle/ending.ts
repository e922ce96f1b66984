import type { Node } from '@kaito/controller-kit'
import { type Drain, drainOf } from '../drain/drain.ts'
import { cordonPatch } from '../node/cordon.ts'
import { isHeld, isLeaving, readyStatus } from '../node/node-facts.ts'
import type { Action } from './action.ts'
import type { Observed } from './observed.ts'

/** Kubernetes dates to the second. */
const TIMESTAMP_MS = 1_000

/**
 * Gives an instance back: its Nodes are closed and deleted first, then emptied, then the instance ends, and only then
 * the Node objects may go. Empty when nothing of it is left to do but wait.
 */
export function endingActions(seen: Observed): Action[] {
  const closing = seen.nodes.flatMap(closingActions)
  if (closing.length > 0) return closing
  const held = seen.nodes.filter(isHeld)
  if (isContradicted(seen, held)) return askForAbsence(seen)
  if (mayStillRun(seen)) {
    const draining = held.flatMap((node) => drainActions(seen, node))
    if (draining.length > 0 || held.some((node) => isDraining(seen, node))) return draining
  }
  const released = held.map((node): Action => ({ do: 'releaseNode', node }))
  if (!needsTermination(seen)) return released
  return seen.cloudPauseMs > 0 ? [] : [{ do: 'terminate' }, ...released]
}

/** Closed in one pass, deleted in the next, which then sees the Node as closed. */
function closingActions(node: Node): Action[] {
  const patch = cordonPatch(node)
  if (patch) return [{ do: 'patchNode', node, patch }]
  return isLeaving(node) ? [] : [{ do: 'deleteNode', node }]
}

/** Gives up a Node whose object somebody deleted while its claim lives on; the instance stays. */
export function nodeLeavingActions(seen: Observed, node: Node): Action[] {
  const state = seen.sighting.known ? seen.sighting.instance?.state : undefined
  // An upgrade or repair deletes Nodes by itself and waits for them to go: never hold those up.
  if (state !== 'Running' && state !== 'Stopped') return [{ do: 'releaseNode', node }]
  if (seen.listedAtMs <= Date.parse(node.metadata.deletionTimestamp ?? '') + TIMESTAMP_MS) return [{ do: 'lookAgain' }]
  const patch = cordonPatch(node)
  if (patch) return [{ do: 'patchNode', node, patch }]
  return isDraining(seen, node) ? drainActions(seen, node) : [{ do: 'releaseNode', node }]
}

/** Pods that hold up the end of this Node now; none once its time is over. */
export function drainOfNode(seen: Observed, node: Node): Drain | undefined {
  const pods = (seen.pods ?? []).filter((pod) => pod.spec?.nodeName === node.metadata.name)
  const drain = drainOf(pods, seen.now)
  return drain.waitingFor.length > 0 && drainTimeLeftMs(seen, node) > 0 ? drain : undefined
}

function isDraining(seen: Observed, node: Node): boolean {
  return drainOfNode(seen, node) !== undefined
}

function drainActions(seen: Observed, node: Node): Action[] {
  const pods = drainOfNode(seen, node)?.evict ?? []
  return pods.length > 0 ? [{ do: 'evict', node, pods }] : []
}

function drainTimeLeftMs({ now, settings }: Observed, node: Node): number {
  const limitMs = readyStatus(node) === 'Unknown' ? settings.unreachableDrainDeadlineMs : settings.drainDeadlineMs
  return Date.parse(node.metadata.deletionTimestamp ?? '') + limitMs - now
}

function mayStillRun({ sighting }: Observed): boolean {
  return !sighting.known || sighting.instance !== undefined
}

/** A node that works contradicts a list without its instance: then only the cloud's own answer counts. */
function isContradicted(seen: Observed, held: readonly Node[]): boolean {
  return !mayStillRun(seen) && !seen.absence.proven && held.some((node) => readyStatus(node) === 'True')
}

/** Asks the cloud itself, unless it was asked a moment ago. */
export function askForAbsence({ absence, cloudPauseMs }: Observed): Action[] {
  return absence.pausedMs > 0 || cloudPauseMs > 0 ? [] : [{ do: 'proveAbsence' }]
}

function needsTermination({ sighting }: Observed): boolean {
  return !sighting.known || (sighting.instance !== undefined && sighting.instance.state !== 'Deleting')
}
