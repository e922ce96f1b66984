import type { Node } from '@kaito/controller-kit'
import { conflictReport } from '../adoption/adoption.ts'
import type { Claim } from '../claim/claim.ts'
import { type ClaimReport, type StepReport, unmet } from '../claim/claim-adapter.ts'
import { nodeShape, recordedCapacity } from '../consistency/node-shape.ts'
import { endPauseMs } from '../expiration/claim-end.ts'
import { failedLaunches } from '../launch/launch-record.ts'
import type { LaunchRefusal } from '../launch/refusal.ts'
import { runsDevicePlugin } from '../node/device-plugin.ts'
import { initialization } from '../node/initialization.ts'
import { nodeImage } from '../node/node-facts.ts'
import { deletionReport, drainPauseMs } from './deletion-report.ts'
import { runningDeadline } from './launch-failure.ts'
import { launchObstacle, type Waiting, withNextTry } from './launch-obstacle.ts'
import { type Observed, servingNode } from './observed.ts'
import type { Outcome, PassReport } from './outcome.ts'
import { isEndingLaunch } from './plan.ts'

const NOT_LAUNCHED = unmet('NotLaunched', 'Node not launched')
const NOT_FOUND = unmet('NodeNotFound', 'Node not registered with cluster')
const LOOK_AGAIN_MS = 1_000
const SELDOM_MS = 60_000

/** What to tell after a pass that did all it planned, except for what `outcome` says. */
export function report(seen: Observed, outcome: Outcome): PassReport {
  const told = reportOf(seen, outcome)
  const endsInMs = seen.claim.deletedAt === undefined ? endPauseMs(seen) : undefined
  if (endsInMs === undefined) return told
  return { ...told, revisitAfterMs: Math.min(told.revisitAfterMs ?? endsInMs, endsInMs) }
}

function reportOf(seen: Observed, outcome: Outcome): PassReport {
  const { claim } = seen
  if (claim.deletedAt !== undefined) return deletionReport(seen, outcome)
  if (!claim.held) return { claim: {}, revisitAfterMs: undefined }
  if (outcome.failed) return { claim: withoutNode(outcome.failed), revisitAfterMs: undefined }
  const conflict = conflictReport(seen, outcome.refusal)
  if (conflict) return { claim: { launched: { met: true }, registered: conflict }, revisitAfterMs: SELDOM_MS }
  if (isEndingLaunch(seen)) return endingReport(seen, outcome)
  const { node, ambiguous } = servingNode(seen)
  if (ambiguous) return { claim: ambiguousReport(), revisitAfterMs: undefined }
  if (node) return servingReport(seen, node)
  return claim.providerID === undefined ? launchReport(seen, outcome) : lostNodeReport(seen)
}

function endingReport(seen: Observed, { refusal }: Outcome): PassReport {
  const pauseMs = refusal?.retryAfterMs ?? seen.cloudPauseMs
  const revisitAfterMs = drainPauseMs(seen) ?? (pauseMs > 0 ? pauseMs : SELDOM_MS)
  return { claim: withoutNode(failedLaunches(seen.claim)), revisitAfterMs }
}

function withoutNode({ reason, message }: { reason: string; message: string }): ClaimReport {
  return {
    launched: unmet(reason, `${message}. The failed instance is being given back`),
    registered: NOT_LAUNCHED,
    initialized: NOT_LAUNCHED,
    instance: 'none',
    node: 'none',
  }
}

function ambiguousReport(): ClaimReport {
  const message = 'Invariant violated, matched multiple nodes'
  return { registered: { met: false, reason: 'MultipleNodesFound', message, final: true }, initialized: NOT_FOUND }
}

function servingReport(seen: Observed, node: Node): PassReport {
  const pluginRuns = seen.pods && runsDevicePlugin(seen.pods)
  const wasInitialized = seen.claim.steps.initialized?.met === true
  // Once initialized, always initialized: what becomes of the node later is told by the node itself.
  const initialized: StepReport = wasInitialized ? { met: true } : initialization(seen.claim, node, pluginRuns)
  const consistent = initialized.met ? nodeShape(seen.claim, node, seen.serving) : undefined
  const claim: ClaimReport = {
    launched: { met: true },
    registered: { met: true },
    initialized,
    ...(consistent && { consistent }),
    node: nodeFacts(seen.claim, node),
  }
  return { claim, revisitAfterMs: initialized.met ? undefined : deadlineLeftMs(seen) }
}

function nodeFacts(claim: Claim, node: Node): NonNullable<ClaimReport['node']> {
  return {
    name: node.metadata.name,
    providerID: node.spec?.providerID ?? '',
    imageID: nodeImage(node),
    capacity: recordedCapacity(claim, node),
    allocatable: node.status?.allocatable ?? {},
  }
}

/** Upgrades and repairs take Nodes away and bring them back; a claim that was initialized stays so meanwhile. */
function lostNodeReport(seen: Observed): PassReport {
  const revisitAfterMs = drainPauseMs(seen) ?? deadlineLeftMs(seen)
  if (seen.claim.steps.initialized?.met) return { claim: {}, revisitAfterMs }
  return { claim: { launched: { met: true }, registered: NOT_FOUND, initialized: NOT_FOUND }, revisitAfterMs }
}

function launchReport(seen: Observed, { refusal }: Outcome): PassReport {
  const { sighting } = seen
  if (!sighting.known) return { claim: unlistedReport(seen), revisitAfterMs: LOOK_AGAIN_MS }
  if (sighting.instance) return creatingReport(seen, sighting.instance.state)
  const waiting = refusal ? refused(seen, refusal) : launchObstacle(seen)
  if (waiting === 'unknown') return { claim: {}, revisitAfterMs: LOOK_AGAIN_MS }
  if (waiting) return { claim: notLaunched(waiting), revisitAfterMs: waiting.revisitAfterMs }
  const pauseMs = Math.max(seen.absence.pausedMs, refusal ? 0 : seen.cloudPauseMs)
  if (pauseMs > 0) return { claim: {}, revisitAfterMs: pauseMs }
  const claim = { ...notLaunched(beingCreated(seen)), instance: 'creating' } as const
  return { claim, revisitAfterMs: seen.settings.launchDeadlineMs }
}

/** A launch that was told of may be under way: what was said of it stands, and so does its deadline. */
function unlistedReport({ claim, outage }: Observed): ClaimReport {
  return outage && claim.steps.launched === undefined ? notLaunched(outage) : {}
}

function creatingReport(seen: Observed, state: string): PassReport {
  const isCreated = state === 'Running'
  const next = isCreated ? NOT_FOUND : NOT_LAUNCHED
  const instance = isCreated ? 'created' : 'creating'
  const launched = unmet('PoolCreating', beingCreated(seen).message)
  return { claim: { launched, registered: next, initialized: next, instance }, revisitAfterMs: deadlineLeftMs(seen) }
}

function notLaunched({ reason, message }: Waiting): ClaimReport {
  return { launched: unmet(reason, message), registered: NOT_LAUNCHED, initialized: NOT_LAUNCHED, instance: 'none' }
}

/** Its words must not change while an instance is being created: their date starts the launch deadline. */
function beingCreated({ claim, settings, sighting }: Observed): Waiting {
  const { counted, last } = failedLaunches(claim)
  const current = sighting.known ? sighting.instance?.launch : undefined
  const nth = counted + (current === undefined ? 1 : current - last)
  const named = claim.name === claim.instanceName ? '' : ` as the instance ${claim.instanceName}`
  const message = `launch ${nth} of ${settings.maxFailedLaunches} accepted by the cloud${named}`
  return { reason: 'PoolCreating', message }
}

function refused(seen: Observed, { reason, message, notBeforeMs, retryAfterMs }: LaunchRefusal): Waiting {
  if (notBeforeMs === undefined) return { reason, message, revisitAfterMs: retryAfterMs ?? LOOK_AGAIN_MS }
  return { reason, message: withNextTry(message, notBeforeMs), revisitAfterMs: notBeforeMs - seen.now }
}

function deadlineLeftMs(seen: Observed): number {
  const left = runningDeadline(seen)?.leftMs ?? SELDOM_MS
  return left > 0 ? left : SELDOM_MS
}
