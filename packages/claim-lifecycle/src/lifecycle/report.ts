import { RETRY_ANNOTATION } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { ClaimReport, StepReport } from '../claim/claim-adapter.ts'
import { claimFault } from '../claim/claim-fault.ts'
import { failedLaunches, refusals } from '../launch/launch-record.ts'
import type { LaunchRefusal } from '../launch/refusal.ts'
import { runsDevicePlugin } from '../node/device-plugin.ts'
import { initialization } from '../node/initialization.ts'
import { drainOfNode } from './ending.ts'
import { runningDeadline } from './launch-failure.ts'
import { type Observed, servingNode } from './observed.ts'
import { isEndingLaunch } from './plan.ts'

/** What could not be done in this pass, or was refused. */
export interface Outcome {
  refusal?: LaunchRefusal | undefined
  /** The launch on record as failed in this very pass. */
  failed?: { reason: string; message: string } | undefined
  /** The pass only asked the cloud whether the instance is gone; the next one decides on the answer. */
  probed?: boolean
}

export interface PassReport {
  claim: ClaimReport
  revisitAfterMs: number | undefined
}

const NOT_LAUNCHED = unmet('NotLaunched', 'Node not launched')
const NOT_FOUND = unmet('NodeNotFound', 'Node not registered with cluster')
/** How long a deletion may take before its claim says what it waits for. */
const DRAIN_PATIENCE_MS = 30_000
const DELETION_PATIENCE_MS = 300_000
const LOOK_AGAIN_MS = 1_000
const SELDOM_MS = 60_000

/** What to tell after a pass that did all it planned, except for what `outcome` says. */
export function report(seen: Observed, outcome: Outcome): PassReport {
  const { claim } = seen
  if (claim.deletedAt !== undefined) return deletionReport(seen, outcome)
  if (!claim.held) return { claim: {}, revisitAfterMs: undefined }
  if (outcome.failed) return { claim: withoutNode(outcome.failed), revisitAfterMs: undefined }
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
    node: 'none',
  }
}

function ambiguousReport(): ClaimReport {
  const multiple = unmet('MultipleNodesFound', 'Invariant violated, matched multiple nodes')
  return { registered: multiple, initialized: NOT_FOUND }
}

function servingReport(seen: Observed, node: Node): PassReport {
  const pluginRuns = seen.pods && runsDevicePlugin(seen.pods)
  const wasInitialized = seen.claim.steps.initialized?.met === true
  // Once initialized, always initialized: what becomes of the node later is told by the node itself.
  const initialized: StepReport = wasInitialized ? { met: true } : initialization(seen.claim, node, pluginRuns)
  const claim = { launched: { met: true }, registered: { met: true }, initialized, node: nodeFacts(node) } as const
  return { claim, revisitAfterMs: initialized.met ? undefined : deadlineLeftMs(seen) }
}

function nodeFacts(node: Node): NonNullable<ClaimReport['node']> {
  const { capacity = {}, allocatable = {} } = node.status ?? {}
  return { name: node.metadata.name, providerID: node.spec?.providerID ?? '', capacity, allocatable }
}

/** Upgrades and repairs take Nodes away and bring them back; a claim that was initialized stays so meanwhile. */
function lostNodeReport(seen: Observed): PassReport {
  const revisitAfterMs = drainPauseMs(seen) ?? deadlineLeftMs(seen)
  if (seen.claim.steps.initialized?.met) return { claim: {}, revisitAfterMs }
  return { claim: { launched: { met: true }, registered: NOT_FOUND, initialized: NOT_FOUND }, revisitAfterMs }
}

function launchReport(seen: Observed, { refusal }: Outcome): PassReport {
  const { sighting } = seen
  if (!sighting.known) return { claim: {}, revisitAfterMs: LOOK_AGAIN_MS }
  if (sighting.instance) return creatingReport(seen, sighting.instance.state)
  const waiting = refusal ? refused(seen, refusal) : notLaunching(seen)
  if (waiting) return { claim: notLaunched(waiting), revisitAfterMs: waiting.revisitAfterMs }
  const pauseMs = Math.max(seen.absence.pausedMs, refusal ? 0 : seen.cloudPauseMs)
  if (pauseMs > 0) return { claim: {}, revisitAfterMs: pauseMs }
  return { claim: notLaunched(beingCreated(seen)), revisitAfterMs: seen.settings.launchDeadlineMs }
}

function creatingReport(seen: Observed, state: string): PassReport {
  const registered = state === 'Running' ? NOT_FOUND : NOT_LAUNCHED
  const claim = { launched: unmet('PoolCreating', beingCreated(seen).message), registered, initialized: registered }
  return { claim, revisitAfterMs: deadlineLeftMs(seen) }
}

interface Waiting {
  reason: string
  message: string
  revisitAfterMs?: number | undefined
}

function notLaunched({ reason, message }: Waiting): ClaimReport {
  return { launched: unmet(reason, message), registered: NOT_LAUNCHED, initialized: NOT_LAUNCHED }
}

/** Its words must not change while an instance is being created: their date starts the launch deadline. */
function beingCreated({ claim, settings, sighting }: Observed): Waiting {
  const { counted, last } = failedLaunches(claim)
  const current = sighting.known ? sighting.instance?.launch : undefined
  const nth = counted + (current === undefined ? 1 : current - last)
  return { reason: 'PoolCreating', message: `launch ${nth} of ${settings.maxFailedLaunches} accepted by the cloud` }
}

function refused(seen: Observed, { reason, message, notBeforeMs, retryAfterMs }: LaunchRefusal): Waiting {
  if (notBeforeMs === undefined) return { reason, message, revisitAfterMs: retryAfterMs ?? LOOK_AGAIN_MS }
  return { reason, message: withNextTry(message, notBeforeMs), revisitAfterMs: notBeforeMs - seen.now }
}

/** Why this pass did not even ask the cloud; undefined when it did. */
function notLaunching(seen: Observed): Waiting | undefined {
  const { claim, now, settings } = seen
  const failed = failedLaunches(claim)
  if (failed.counted >= settings.maxFailedLaunches) {
    const remedy = `change the spec or set the annotation ${RETRY_ANNOTATION} to a new value to start again`
    const message = `${failed.counted} launches failed, the last one so: ${failed.message}. Nothing is launched any more: ${remedy}`
    return { reason: failed.reason, message }
  }
  const fault = claimFault(claim)
  if (fault !== undefined) return { reason: 'InvalidRequest', message: fault }
  const { notBeforeMs, reason, message } = refusals(claim)
  if (notBeforeMs > now)
    return { reason, message: withNextTry(message, notBeforeMs), revisitAfterMs: notBeforeMs - now }
  return everyChoiceRefused(seen)
}

function everyChoiceRefused({ refused: known, now }: Observed): Waiting | undefined {
  const waiting = known.flatMap((refusal) => refusal ?? [])
  const [first] = waiting
  if (!first || waiting.length < known.length) return undefined
  const notBeforeMs = Math.min(...waiting.map(({ until }) => until))
  const { reason, message } = first
  return { reason, message: withNextTry(message, notBeforeMs), revisitAfterMs: notBeforeMs - now }
}

function withNextTry(message: string, atMs: number): string {
  return `${message}; next try at ${new Date(atMs).toISOString()}`
}

function deletionReport(seen: Observed, { refusal }: Outcome): PassReport {
  const pauseMs = Math.max(seen.absence.pausedMs, seen.cloudPauseMs)
  const revisitAfterMs = drainPauseMs(seen) ?? (pauseMs > 0 ? pauseMs : SELDOM_MS)
  if (refusal) {
    const trouble = { reason: refusal.reason, message: `the instance cannot be deleted yet: ${refusal.message}` }
    return { claim: { trouble }, revisitAfterMs: refusal.retryAfterMs ?? SELDOM_MS }
  }
  const trouble = slowDeletion(seen)
  return { claim: trouble ? { trouble } : {}, revisitAfterMs }
}

/** What a deletion waits for, once that takes longer than people expect. */
function slowDeletion(seen: Observed): ClaimReport['trouble'] {
  const { claim, nodes, now, sighting } = seen
  const ageMs = now - Date.parse(claim.deletedAt ?? '')
  const blockers = nodes.flatMap((node) => drainOfNode(seen, node)?.waitingFor ?? [])
  if (blockers.length > 0 && ageMs > DRAIN_PATIENCE_MS) {
    const names = blockers.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()
    const message = `${names.length} pods must leave the node first: ${names.slice(0, 3).join(', ')}`
    return { reason: 'DrainBlocked', message }
  }
  const isDeleting = sighting.known && sighting.instance?.state === 'Deleting'
  if (!isDeleting || ageMs <= DELETION_PATIENCE_MS) return undefined
  return { reason: 'Deleting', message: 'the cloud is still deleting the instance' }
}

/** Pods end by themselves: look often at first, then less and less. */
function drainPauseMs({ nodes, pods, now }: Observed): number | undefined {
  if (!pods || nodes.length === 0) return undefined
  const since = nodes.map(({ metadata }) => now - Date.parse(metadata.deletionTimestamp ?? new Date(now).toISOString()))
  return Math.min(10_000, Math.max(LOOK_AGAIN_MS, Math.max(...since) / 10))
}

function deadlineLeftMs(seen: Observed): number {
  const left = runningDeadline(seen)?.leftMs ?? SELDOM_MS
  return left > 0 ? left : SELDOM_MS
}

function unmet(reason: string, message: string): StepReport {
  return { met: false, reason, message }
}
