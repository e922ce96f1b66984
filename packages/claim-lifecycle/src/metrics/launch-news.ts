import type { Claim } from '../claim/claim.ts'
import { failedLaunches } from '../launch/launch-record.ts'

/**
 * What a change of a claim says about its launch:
 * - `ready`: what it launched can be used;
 * - `failed`: a launch was written down as failed;
 * - `deleted`: the claim was deleted before either.
 */
export type LaunchNews = { outcome: 'ready' | 'deleted' } | { outcome: 'failed'; reason: string }

/** `before` undefined: the claim is seen for the first time, and what stands in it happened earlier. */
export function launchNews(before: Claim | undefined, now: Claim | undefined): LaunchNews | undefined {
  if (!before || before.steps.initialized?.met) return undefined
  if (!now) return { outcome: 'deleted' }
  const failed = failedLaunches(now)
  if (failed.last > failedLaunches(before).last) return { outcome: 'failed', reason: failed.reason }
  if (now.deletedAt !== undefined) return { outcome: 'deleted' }
  return now.steps.initialized?.met ? { outcome: 'ready' } : undefined
}
