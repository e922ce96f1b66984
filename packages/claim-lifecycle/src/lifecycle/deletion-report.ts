import { deletionConflict } from '../adoption/adoption.ts'
import { type ClaimReport, unmet } from '../claim/claim-adapter.ts'
import { reportName } from '../garbage-collection/report-name.ts'
import { isHeld } from '../node/node-facts.ts'
import { podsLeftBehind } from '../termination/left-behind.ts'
import type { NodeDrain } from '../termination/node-drain.ts'
import { podKey, podNames } from '../termination/pod-names.ts'
import { isGone, mustTellFirst } from '../termination/release.ts'
import { drainLeftMs, heldNodes, mayStillRun, openDrains, type Stage, stageOf } from '../termination/stage.ts'
import type { Observed } from './observed.ts'
import type { Outcome, PassReport } from './outcome.ts'

/** How long a deletion may take before its claim says what it waits for. */
const DRAIN_PATIENCE_MS = 30_000
const DELETION_PATIENCE_MS = 300_000
/** Steps in which the age of a deletion is told: its reason is never older than one. */
const AGE_STEP_MS = 300_000
const LOOK_AGAIN_MS = 1_000
/** Approval is looked for that often. */
const HELD_PAUSE_MS = 5_000
const SELDOM_MS = 60_000

interface Blocker {
  reason: string
  message: string
}

/** What a deleted claim says, and when to look again. */
export function deletionReport(seen: Observed, outcome: Outcome): PassReport {
  if (!seen.claim.held || isReleased(seen)) return { claim: {}, revisitAfterMs: undefined }
  const stage = stageOf(seen)
  const blocker = blockerOf(seen, outcome, stage)
  const claim = seen.closing.staged ? stageReport(seen, outcome, { stage, blocker }) : troubleReport(blocker)
  return { claim, revisitAfterMs: revisitMs(seen, outcome) }
}

/** With this pass the claim is gone: there is nothing left to write on. */
function isReleased(seen: Observed): boolean {
  return isGone(seen) && !mustTellFirst(seen) && !seen.deletionHeld
}

function troubleReport(blocker: Blocker | undefined): ClaimReport {
  return blocker ? { trouble: blocker } : {}
}

function revisitMs(seen: Observed, { refusal }: Outcome): number {
  if (refusal) return refusal.retryAfterMs ?? SELDOM_MS
  if (seen.deletionHeld) return HELD_PAUSE_MS
  if (isGone(seen)) return LOOK_AGAIN_MS
  const pauseMs = Math.max(seen.absence.pausedMs, seen.cloudPauseMs)
  return drainPauseMs(seen) ?? (pauseMs > 0 ? pauseMs : SELDOM_MS)
}

/** Pods end by themselves: look often at first, then less and less. Undefined while no node is being emptied. */
export function drainPauseMs(seen: Observed): number | undefined {
  const { nodes, pods, endClockMs } = seen
  if (!pods || nodes.length === 0) return undefined
  const since = nodes.map(
    ({ metadata }) => endClockMs - Date.parse(metadata.deletionTimestamp ?? new Date(endClockMs).toISOString()),
  )
  const pauseMs = Math.min(10_000, Math.max(LOOK_AGAIN_MS, Math.max(...since) / 10))
  const leftMs = drainLeftMs(seen)
  return leftMs > 0 && openDrains(seen).length === 0 ? Math.min(pauseMs, leftMs) : pauseMs
}

/** What a deletion waits for, at once where somebody refuses, else once it takes longer than people expect. */
function blockerOf(seen: Observed, outcome: Outcome, stage: Stage): Blocker | undefined {
  const ageMs = seen.now - Date.parse(seen.claim.deletedAt ?? '')
  const found =
    heldBlocker(seen) ??
    refusalOf(outcome) ??
    conflictOf(seen) ??
    outageOf(seen, stage) ??
    slownessOf(seen, outcome, { stage, ageMs })
  if (!found) return undefined
  const minutes = (Math.floor(ageMs / AGE_STEP_MS) * AGE_STEP_MS) / 60_000
  return minutes > 0 ? { ...found, message: `${found.message} (deleted ${minutes} minutes ago)` } : found
}

/** Said also while the cloud is not asked again. */
function conflictOf(seen: Observed): Blocker | undefined {
  const message = deletionConflict(seen)
  return message === undefined ? undefined : { reason: 'NameConflict', message }
}

/** What is left to do is the cloud's, and it cannot be asked how far it is. */
function outageOf({ outage }: Observed, stage: Stage): Blocker | undefined {
  if (!outage || (stage !== 'lost' && stage !== 'terminating')) return undefined
  return { reason: outage.reason, message: `whether the instance is gone cannot be read: ${outage.message}` }
}

function heldBlocker({ deletionHeld, owner, provisioner }: Observed): Blocker | undefined {
  if (!deletionHeld) return undefined
  const message = `the definition of ${owner.kind} was deleted, and with it many claims: approve that in the ConfigMap ${reportName(provisioner)}`
  return { reason: 'Deleting', message }
}

function refusalOf({ refusal, forbidden }: Outcome): Blocker | undefined {
  if (forbidden !== undefined) {
    return { reason: 'Unauthorized', message: `Kubernetes refuses a step of the deletion: ${forbidden}` }
  }
  return refusal && { reason: refusal.reason, message: `the instance cannot be deleted yet: ${refusal.message}` }
}

function slownessOf(
  seen: Observed,
  outcome: Outcome,
  { stage, ageMs }: { stage: Stage; ageMs: number },
): Blocker | undefined {
  if (stage === 'draining') return ageMs > DRAIN_PATIENCE_MS ? drainBlocker(seen, outcome) : undefined
  if (stage === 'detaching') return { reason: 'DrainBlocked', message: volumesText(seen) }
  return ageMs > DELETION_PATIENCE_MS ? slowEnd(seen) : undefined
}

function drainBlocker(seen: Observed, outcome: Outcome): Blocker | undefined {
  const drains = openDrains(seen)
  const pods = drains.flatMap(({ waitingFor }) => waitingFor)
  if (pods.length === 0) return undefined
  const why = (pod: NodeDrain['waitingFor'][number]) => {
    const text = whyItStays(pod, seen, { drains, outcome })
    return text === undefined ? '' : `: ${text}`
  }
  return { reason: 'DrainBlocked', message: `${podNames(pods, why)} must leave the node first` }
}

function whyItStays(
  pod: NodeDrain['waitingFor'][number],
  { closing }: Observed,
  { drains, outcome }: { drains: readonly NodeDrain[]; outcome: Outcome },
): string | undefined {
  const { deletionTimestamp } = pod.metadata
  if (deletionTimestamp !== undefined) return `ends by ${deletionTimestamp}`
  if (drains.some(({ protectedPods }) => protectedPods.includes(pod))) return `carries ${closing.protectedBy}`
  return outcome.unevictable?.get(podKey(pod))
}

function volumesText({ attachedVolumes = [] }: Observed): string {
  return `volumes must be detached from the node first: ${attachedVolumes.join(', ')}`
}

function slowEnd({ nodes, sighting }: Observed): Blocker | undefined {
  const heldByOthers = nodes.find((node) => !isHeld(node))
  if (heldByOthers) {
    const { name, finalizers = [] } = heldByOthers.metadata
    return { reason: 'Deleting', message: `Node ${name} is held by ${finalizers.join(', ') || 'the API server'}` }
  }
  const instance = sighting.known ? sighting.instance : undefined
  if (instance?.state === 'Failed') {
    const { reason, message } = instance.failure ?? { reason: 'Unknown', message: 'the cloud gave no reason' }
    return { reason, message: `the cloud could not delete the instance and is asked again: ${message}` }
  }
  if (instance?.state !== 'Deleting') return undefined
  return { reason: 'Deleting', message: 'the cloud is still deleting the instance' }
}

/** The stages as conditions. One that is not mentioned stays as it was told before. */
function stageReport(
  seen: Observed,
  outcome: Outcome,
  { stage, blocker }: { stage: Stage; blocker: Blocker | undefined },
): ClaimReport {
  const { drained } = seen.claim.endSteps
  switch (stage) {
    case 'closing':
      return blocker && !drained?.met ? { drained: unmet('Draining', blocker.message) } : {}
    case 'draining':
      return drained?.met ? {} : { drained: unmet('Draining', blocker?.message ?? 'Draining') }
    case 'detaching':
      return { drained: { met: true }, volumesDetached: unmet('AwaitingVolumeDetachment', volumesText(seen)) }
    case 'lost':
    case 'terminating':
      return { ...emptiedReport(seen, stage), ...instanceReport(seen, outcome, blocker) }
  }
}

function emptiedReport(seen: Observed, stage: Stage): ClaimReport {
  const { drained } = seen.claim.endSteps
  if (stage === 'lost') return {}
  // What has no Node, or no instance, has no pods either.
  if (heldNodes(seen).length === 0 || !mayStillRun(seen)) {
    return drained && !drained.met ? { drained: { met: true } } : {}
  }
  const left = podsLeftBehind(seen)
  const overdue = (seen.attachedVolumes ?? []).length > 0
  return {
    drained: left ? { met: false, final: true, ...left } : { met: true },
    volumesDetached: overdue
      ? { met: false, final: true, reason: 'TerminationGracePeriodElapsed', message: volumesText(seen) }
      : { met: true },
  }
}

/** Once true it stays true: what goes wrong later is told in its message. */
function instanceReport(
  { claim, sighting, absence }: Observed,
  { terminated = false }: Outcome,
  blocker: Blocker | undefined,
): ClaimReport {
  const instance = sighting.known ? sighting.instance : undefined
  const isEnding = terminated || instance?.state === 'Deleting' || (sighting.known && !instance && absence.proven)
  if (isEnding || claim.endSteps.instanceTerminating?.met) {
    return { instanceTerminating: { met: true, ...(blocker && { message: blocker.message }) } }
  }
  return blocker ? { instanceTerminating: unmet(blocker.reason, blocker.message) } : {}
}
