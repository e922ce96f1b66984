/** Share of the shortest wait over which those who wait for the same thing come back. */
const SPREAD = 0.2
/** Nothing is put off for longer, so a time further ahead was written by a clock that has been set back since. */
const LONGEST_MS = 2 * 60 * 60_000

interface Backoff {
  baseMs: number
  capMs: number
}

/** Wait after the `times`-th failure in a row, from 1: doubles, up to the cap. */
export function backoffMs(times: number, { baseMs, capMs }: Backoff): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(times - 1, 30))
}

/** How long to remember a refusal: as long as the cloud says, otherwise `waitMs`; never more than the cap. */
export function rememberMs(retryAfterMs: number | undefined, waitMs: number, { baseMs, capMs }: Backoff): number {
  return Math.min(capMs, Math.max(baseMs, retryAfterMs ?? waitMs))
}

/** What a claim waits beyond the common end of a wait, in milliseconds, from its turn (0 to 1). */
export function spreadMs(turn: number, { baseMs }: Backoff): number {
  return turn * SPREAD * baseMs
}

/** Whether a recorded time, wall clock milliseconds, is still to come. */
export function isAhead(timeMs: number, now: number): boolean {
  return timeMs > now && timeMs - now <= LONGEST_MS
}
