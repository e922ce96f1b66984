import { CLAIM_UID_LABEL } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { Assignment, NodeBefore } from '../assignments/assignment.ts'
import { isHeld, nodeBefore } from './node-changes.ts'

/** What may be done about one host that is not free. Each can be repeated after a crash at any point. */
export type HostAction =
  /** Writes down what the Node was, before anything is done to it. */
  | { do: 'noteJoined'; before: NodeBefore }
  | { do: 'claimNode'; node: Node }
  | { do: 'deleteNode'; node: Node }
  | { do: 'releaseNode'; node: Node }
  | { do: 'restoreNode'; before: NodeBefore }
  /** Takes the assignment away. */
  | { do: 'free' }

interface Observed {
  assignment: Assignment
  /** From the server itself. */
  node: Node | undefined
  /** Wall clock milliseconds. */
  now: number
}

/**
 * A Node that came back within the second in which its claim was deleted would look like that claim's, to whoever knows it
 * by a provider ID of its own; the rest is for clocks that differ.
 */
const RESTORE_AFTER_MS = 3_000

/** The next steps for a host, in order; empty when there is nothing to do but wait. */
export function plan(seen: Observed): HostAction[] {
  const { assignment, node } = seen
  if (assignment.claimUid === undefined) return []
  if (assignment.phase === 'ending') return endingActions(seen)
  if (!node || node.metadata.deletionTimestamp !== undefined) return []
  const claimUid = node.metadata.labels?.[CLAIM_UID_LABEL]
  if (claimUid !== undefined) return []
  const noted: HostAction[] = assignment.phase === 'claimed' ? [{ do: 'noteJoined', before: nodeBefore(node) }] : []
  return [...noted, { do: 'claimNode', node }]
}

/** How long nothing can be done for a host that ends; undefined where it waits for nothing but the Node. */
export function restorePauseMs({ assignment, node, now }: Observed): number | undefined {
  if (assignment.phase !== 'ending' || node) return undefined
  const leftMs = (assignment.endingAtMs ?? 0) + RESTORE_AFTER_MS - now
  // What is further ahead was written by a clock that has been set back since.
  return leftMs > 0 && leftMs <= RESTORE_AFTER_MS ? leftMs : undefined
}

function endingActions(seen: Observed): HostAction[] {
  const { assignment, node } = seen
  if (node?.metadata.labels?.[CLAIM_UID_LABEL] === assignment.claimUid && node) {
    if (node.metadata.deletionTimestamp === undefined) return [{ do: 'deleteNode', node }]
    return isHeld(node) ? [{ do: 'releaseNode', node }] : []
  }
  if (node || !assignment.before) return [{ do: 'free' }]
  if (restorePauseMs(seen) !== undefined) return []
  return [{ do: 'restoreNode', before: assignment.before }, { do: 'free' }]
}
