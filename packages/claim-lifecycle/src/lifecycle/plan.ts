import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, UNREGISTERED_TAINT, ZONE_LABEL } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import { adoptionActions } from '../adoption/adoption.ts'
import { holderAnnotation } from '../claim/claim-holder.ts'
import { instanceNameAnnotation } from '../claim/recorded-instance-name.ts'
import { claimEnd } from '../expiration/claim-end.ts'
import { instanceSpecs } from '../launch/instance-specs.ts'
import { failedLaunches } from '../launch/launch-record.ts'
import { initialization } from '../node/initialization.ts'
import { isHeld, isLeaving } from '../node/node-facts.ts'
import { registrationPatch, wasOpenTooEarly } from '../node/registration.ts'
import { isGone, mustTellFirst } from '../termination/release.ts'
import { terminationTimeToWrite } from '../termination/termination-time.ts'
import type { Action } from './action.ts'
import { askForAbsence, endingActions, nodeLeavingActions } from './ending.ts'
import { launchFailure } from './launch-failure.ts'
import { launchObstacle } from './launch-obstacle.ts'
import { type Observed, servingNode } from './observed.ts'

/** What to do now for one claim, in order. */
export function plan(seen: Observed): Action[] {
  const { claim } = seen
  if (claim.deletedAt !== undefined) return claim.held && !seen.deletionHeld ? deletionActions(seen) : []
  // Alone in its pass: an instance that nobody holds leaks.
  if (!claim.held) return [holding(seen)]
  const adoption = adoptionActions(seen)
  if (adoption) return adoption
  const end = claimEnd(seen)
  if (end) return [{ do: 'endClaim', event: end.event }]
  if (isEndingLaunch(seen)) return endingActions(seen)
  const failure = launchFailure(seen)
  if (failure) return [{ do: 'recordFailure', ...failure }]
  const leaving = seen.nodes.filter((node) => isLeaving(node) && isHeld(node))
  if (leaving.length > 0) return leaving.flatMap((node) => nodeLeavingActions(seen, node))
  const { node } = servingNode(seen)
  return node ? servingActions(seen, node) : launchActions(seen)
}

/** Two provisioners that serve the same claim both try this write, and the server takes one of them. */
function holding({ claim, provisioner }: Observed): Action {
  return { do: 'hold', annotations: { ...instanceNameAnnotation(claim), ...holderAnnotation(provisioner) } }
}

/** The launch on record as failed has something left that must go before the next one. */
export function isEndingLaunch({ claim, sighting, nodes }: Observed): boolean {
  const { last } = failedLaunches(claim)
  if (last === 0 || !sighting.known) return false
  const { instance } = sighting
  return instance
    ? (instance.launch ?? Number.POSITIVE_INFINITY) <= last
    : claim.providerID === undefined && nodes.length > 0
}

function deletionActions(seen: Observed): Action[] {
  const at = terminationTimeToWrite(seen.claim)
  return [...(at === undefined ? [] : [{ do: 'setTerminationTime', at } as const]), ...endOfClaimActions(seen)]
}

function endOfClaimActions(seen: Observed): Action[] {
  const adoption = adoptionActions(seen)
  if (adoption) return adoption
  const { sighting, nodes } = seen
  const ending = endingActions(seen)
  if (ending.length > 0 || nodes.length > 0 || !sighting.known || sighting.instance) return ending
  if (!isGone(seen)) return askForAbsence(seen)
  return mustTellFirst(seen) ? [] : [{ do: 'release' }]
}

const OPEN_TOO_EARLY = {
  type: 'Warning',
  reason: 'UnregisteredTaintMissing',
  message: `the Node came without the taint ${UNREGISTERED_TAINT.key}: pods could come to it before its labels and taints were complete`,
} as const

function servingActions({ claim, owner, provisioner, serving }: Observed, node: Node): Action[] {
  const { met: initialized } = initialization(claim, node, undefined)
  const patch = registrationPatch({ claim, owner, provisioner, node, initialized })
  const labels = missingLabels(claim.labels, { ...nodeLabels(node), ...claim.fixedLabels, ...claim.classLabels })
  const isTold = patch && serving.expectsUnregisteredTaint && wasOpenTooEarly(claim, node)
  return [
    ...(patch ? [{ do: 'patchNode', node, patch } as const] : []),
    ...(isTold ? [{ do: 'tell', event: OPEN_TOO_EARLY } as const] : []),
    ...(labels ? [{ do: 'labelClaim', labels } as const] : []),
  ]
}

/** What the claim's printer columns and selectors show of its machine. */
function nodeLabels({ metadata: { labels = {} } }: Node): Record<string, string> {
  const shown = [INSTANCE_TYPE_LABEL, ZONE_LABEL, CAPACITY_TYPE_LABEL]
  return Object.fromEntries(Object.entries(labels).filter(([key]) => shown.includes(key)))
}

/** The user's own value stays where there is one. */
function missingLabels(
  existing: Record<string, string>,
  wanted: Record<string, string>,
): Record<string, string> | undefined {
  const missing = Object.entries(wanted).filter(([key]) => existing[key] === undefined)
  return missing.length > 0 ? Object.fromEntries(missing) : undefined
}

function launchActions(seen: Observed): Action[] {
  const { claim, sighting, absence, choices } = seen
  // One that had a node and lost its instance is over: a new instance would be another claim's.
  if (!sighting.known || sighting.instance || claim.providerID !== undefined || seen.cloudPauseMs > 0) return []
  if (launchObstacle(seen) !== undefined || !seen.class.found) return []
  const { last } = failedLaunches(claim)
  if (last > 0 && !absence.proven) return askForAbsence(seen)
  const open = choices.filter((_choice, index) => !seen.refused[index])
  return [{ do: 'launch', specs: instanceSpecs(claim, { choices: open, spec: seen.class.spec, launch: last + 1 }) }]
}
