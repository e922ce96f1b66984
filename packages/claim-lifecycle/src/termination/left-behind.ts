import type { Observed } from '../lifecycle/observed.ts'
import { readyStatus } from '../node/node-facts.ts'
import { drainOfNode, leftBehind } from './node-drain.ts'
import { podNames } from './pod-names.ts'
import { heldNodes, mayStillRun } from './stage.ts'

interface LeftBehind {
  reason: 'DrainDeadlineExceeded' | 'NodeUnreachable'
  message: string
}

/** Whom an instance takes with it, because their time is over; undefined when nobody is left. */
export function podsLeftBehind(seen: Observed): LeftBehind | undefined {
  const nodes = heldNodes(seen)
  const pods = nodes
    .map((node) => drainOfNode(seen, node))
    .filter(leftBehind)
    .flatMap(({ waitingFor }) => waitingFor)
  if (pods.length === 0 || !mayStillRun(seen)) return undefined
  const isSilent = nodes.some((node) => readyStatus(node) === 'Unknown')
  return {
    reason: isSilent ? 'NodeUnreachable' : 'DrainDeadlineExceeded',
    message: `${podNames(pods)} did not leave in time${isSilent ? ', the node is silent' : ''}; the node ends with what runs on it`,
  }
}
