import type { Node } from '@kaito/controller-kit'
import { type Drain, drainOf } from '../drain/drain.ts'
import type { Observed } from '../lifecycle/observed.ts'
import { readyStatus } from '../node/node-facts.ts'
import { terminationTimeMs } from './termination-time.ts'

/** After the time by which all pods are gone: as long as the last of them may take to be confirmed as ended. */
const FORCED_END_MS = 90_000

export interface NodeDrain extends Drain {
  node: Node
  /** How long the node may still wait for its pods; none once it is zero or less. */
  leftMs: number
}

/** The drain of a Node whose object has been deleted, from the pods that this pass has read. */
export function drainOfNode(seen: Observed, node: Node): NodeDrain {
  const { taint, protectedBy } = seen.closing
  const pods = (seen.pods ?? []).filter((pod) => pod.spec?.nodeName === node.metadata.name)
  const drain = drainOf(pods, seen.endClockMs, { taint, protectedBy, deadlineMs: terminationTimeMs(seen.claim) })
  return { ...drain, node, leftMs: drainEndsAtMs(seen, node) - seen.endClockMs }
}

/** Whether pods hold up the end of the node now. */
export function isOpen({ waitingFor, leftMs }: NodeDrain): boolean {
  return waitingFor.length > 0 && leftMs > 0
}

/** Pods that are still there although their time is over. */
export function leftBehind(drain: NodeDrain): boolean {
  return drain.waitingFor.length > 0 && drain.leftMs <= 0
}

/** When the node ends whatever runs on it, in wall clock milliseconds. */
export function drainEndsAtMs({ claim, settings }: Observed, node: Node): number {
  const since = Date.parse(node.metadata.deletionTimestamp ?? '')
  if (readyStatus(node) === 'Unknown') {
    const silentSince = Math.max(since, readySinceMs(node) ?? since)
    return silentSince + settings.unreachableDrainDeadlineMs
  }
  const byClaim = terminationTimeMs(claim)
  return byClaim === undefined ? since + settings.drainDeadlineMs : Math.max(since, byClaim) + FORCED_END_MS
}

function readySinceMs(node: Node): number | undefined {
  const since = Date.parse(node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '')
  return Number.isNaN(since) ? undefined : since
}
