import type { Node } from '@kaito/controller-kit'
import type { Observed } from '../lifecycle/observed.ts'
import { cordonPatch } from '../node/cordon.ts'
import { isHeld, isLeaving } from '../node/node-facts.ts'
import { drainEndsAtMs, drainOfNode, isOpen, type NodeDrain } from './node-drain.ts'
import { terminationTimeMs } from './termination-time.ts'

/** Kubernetes dates to the second. */
const TIMESTAMP_MS = 1_000
/** A pod that was being placed while its node was closed shows within that time; Karpenter core waits as long. */
const SHORTEST_DRAIN_MS = 5_000

/**
 * How far the end of a claim's instance has come:
 * - `closing`: Nodes still take pods, or their objects are not deleted yet.
 * - `lost`: the list lacks the instance while Nodes of it are held; only the cloud's own answer ends the wait.
 * - `draining`: pods must leave first.
 * - `detaching`: the pods are gone, volumes of theirs are still attached.
 * - `terminating`: nothing is left but the instance, if that.
 */
export type Stage = 'closing' | 'lost' | 'draining' | 'detaching' | 'terminating'

export function stageOf(seen: Observed): Stage {
  if (seen.nodes.some((node) => !isLeaving(node) || cordonPatch(node, seen) !== undefined)) return 'closing'
  const held = heldNodes(seen)
  if (held.length === 0) return 'terminating'
  if (!mayStillRun(seen)) return seen.absence.proven ? 'terminating' : 'lost'
  if (openDrains(seen).length > 0 || drainLeftMs(seen) > 0) return 'draining'
  return detachLeftMs(seen) > 0 ? 'detaching' : 'terminating'
}

/** Nodes that only wait for us. */
export function heldNodes({ nodes }: Observed): Node[] {
  return nodes.filter(isHeld)
}

/** Drains that hold up the end now. */
export function openDrains(seen: Observed): NodeDrain[] {
  return heldNodes(seen)
    .map((node) => drainOfNode(seen, node))
    .filter(isOpen)
}

/** How long a drain that was told to be under way must still last, although no pod is left. */
export function drainLeftMs({ claim, closing, endClockMs }: Observed): number {
  const { drained } = claim.endSteps
  if (!closing.staged || !drained || drained.met || drained.sinceMs === undefined) return 0
  return Math.max(0, drained.sinceMs + SHORTEST_DRAIN_MS + TIMESTAMP_MS - endClockMs)
}

/** How long volumes may still hold up the end; zero when none are attached. */
function detachLeftMs(seen: Observed): number {
  if ((seen.attachedVolumes ?? []).length === 0) return 0
  const byClaim = terminationTimeMs(seen.claim)
  return Math.max(...heldNodes(seen).map((node) => (byClaim ?? drainEndsAtMs(seen, node)) - seen.endClockMs))
}

/**
 * Whether the end is about to depend on volumes that this pass has not read: they matter once the pods have left, for a
 * deletion whose stages are told, until the claim says that they are detached.
 */
export function asksForVolumes(seen: Observed): boolean {
  const { claim, closing } = seen
  if (!closing.staged || claim.deletedAt === undefined || claim.endSteps.volumesDetached?.met) return false
  return stageOf(seen) === 'terminating' && mayStillRun(seen) && heldNodes(seen).length > 0
}

/** Nothing says yet that the instance is gone. */
export function mayStillRun({ sighting }: Observed): boolean {
  return !sighting.known || sighting.instance !== undefined
}
