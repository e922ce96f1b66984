import type { Reason } from '@kaito/api'
import { launchFailure } from '../lifecycle/launch-failure.ts'
import type { Observed } from '../lifecycle/observed.ts'

/** Karpenter's limit from the creation of a claim to its launch; the claims of a NodePool count on it. */
const LAUNCH_LIMIT_MS = 300_000
/** Timers of Node reach 24.8 days. */
const LONGEST_PAUSE_MS = 86_400_000
const SELDOM_MS = 60_000

const NO_CAPACITY = new Set<Reason>(['QuotaExceeded', 'SkuNotAvailable', 'NoCapacity'])

interface ClaimEnd {
  /** Undefined for an end that Karpenter does not tell of. */
  event: { type: 'Normal' | 'Warning'; reason: string; message: string } | undefined
}

/**
 * Why a claim is deleted without anybody asking for it now: its time is over, or it is a NodePool's, which makes another
 * one, and Karpenter would give this one up. Undefined while it stays.
 */
export function claimEnd(seen: Observed): ClaimEnd | undefined {
  const { claim, now } = seen
  if (claim.expiresAtMs !== undefined && claim.expiresAtMs <= now) {
    return { event: { type: 'Normal', reason: 'Expired', message: 'the claim is as old as its expireAfter allows' } }
  }
  return claim.ownedByNodePool ? (impossibleEnd(seen) ?? failedEnd(seen) ?? lateEnd(seen)) : undefined
}

/** Nothing can be launched for the claim as it is: the NodePool may choose otherwise. */
function impossibleEnd(seen: Observed): ClaimEnd | undefined {
  const { claim, refused, sighting } = seen
  if (claim.providerID !== undefined || !sighting.known || sighting.instance) return undefined
  if (!seen.class.found && seen.class.why !== 'unknown') return { event: undefined }
  const [first] = refused
  if (!first || !refused.every((refusal) => refusal && NO_CAPACITY.has(refusal.reason))) return undefined
  return { event: insufficientCapacity(seen, first.message) }
}

function failedEnd(seen: Observed): ClaimEnd | undefined {
  const failure = launchFailure(seen)
  if (!failure) return undefined
  const { reason, message } = failure
  const isCapacity = [...NO_CAPACITY].some((one) => one === reason)
  return {
    event: isCapacity ? insufficientCapacity(seen, message) : { type: 'Warning', reason: 'LaunchFailed', message },
  }
}

function insufficientCapacity({ claim, owner }: Observed, message: string): ClaimEnd['event'] {
  const text = `${owner.kind} ${claim.name} event: ${message}`
  return { type: 'Warning', reason: 'InsufficientCapacityError', message: text }
}

/** A launch that the cloud still works on is not late before its own deadline, which `launchFailure` keeps. */
function lateEnd(seen: Observed): ClaimEnd | undefined {
  const { mayEnd, now } = seen
  const limitMs = launchLimitMs(seen)
  if (limitMs === undefined || limitMs > now || !mayEnd) return undefined
  const message = `not launched within ${LAUNCH_LIMIT_MS / 60_000} minutes`
  return { event: { type: 'Warning', reason: 'LaunchTimeout', message } }
}

/** Wall clock milliseconds; undefined for a claim that has been launched, or may have been. */
function launchLimitMs({ claim, sighting }: Observed): number | undefined {
  const isLaunched = claim.providerID !== undefined || claim.steps.launched?.met === true
  if (!claim.ownedByNodePool || isLaunched || !sighting.known) return undefined
  const state = sighting.instance?.state
  const isUnderWay = state !== undefined && state !== 'Failed' && state !== 'Deleting'
  return isUnderWay ? undefined : Date.parse(claim.createdAt) + LAUNCH_LIMIT_MS
}

/** When a claim is worth looking at again for its end, in milliseconds from now; undefined is never. */
export function endPauseMs(seen: Observed): number | undefined {
  const { claim, now } = seen
  const times = [claim.expiresAtMs, launchLimitMs(seen)].flatMap((time) => time ?? []).filter(Number.isFinite)
  if (times.length === 0) return undefined
  const leftMs = Math.min(...times) - now
  return leftMs > 0 ? Math.min(leftMs, LONGEST_PAUSE_MS) : SELDOM_MS
}
