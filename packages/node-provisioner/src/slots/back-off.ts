import { timestamp } from '@kaito/api'

const MINUTE_MS = 60_000
const SLOT = { shortestMs: 10_000, longestMs: 30 * MINUTE_MS }
const GROUP = { shortestMs: 30 * MINUTE_MS, longestMs: 12 * 60 * MINUTE_MS }

/** When a slot whose claim or node is gone is asked for again, RFC 3339. Rounds count from 0; `now` in milliseconds since the epoch. */
export function slotRetryAt(round: number, now: number): string {
  return doubled(SLOT, round, now)
}

/** When all nodes of a Workspace that were given back are asked for again, RFC 3339. */
export function groupRetryAt(round: number, now: number): string {
  return doubled(GROUP, round, now)
}

function doubled({ shortestMs, longestMs }: typeof SLOT, round: number, now: number): string {
  const waitMs = Math.min(longestMs, shortestMs * 2 ** round)
  // A whole second, not an earlier one: the record must not shorten the wait.
  return timestamp(Math.ceil((now + waitMs) / 1000) * 1000)
}
