import type { Clock } from '../clock.ts'

/** How long a stream must hold before earlier failures are forgotten. */
const STABLE_MS = 5_000

export type WatchHealth = ReturnType<typeof createWatchHealth>

/** Whether a watch can be trusted: since when it is down, and how often in a row it failed. */
export function createWatchHealth(clock: Clock, unhealthyAfterMs: number) {
  const startedAt = clock.monotonic()
  let downSince: number | undefined = startedAt
  let lastHeard = startedAt
  let failures = 0

  return {
    healthy: () => downSince === undefined || clock.monotonic() - downSince <= unhealthyAfterMs,
    silentSeconds: () => (clock.monotonic() - lastHeard) / 1000,
    /** Something came from the server. */
    heard(): void {
      lastHeard = clock.monotonic()
      downSince = undefined
    },
    /** The server has accepted a stream. The result tells that it is over. */
    opened(): () => void {
      lastHeard = clock.monotonic()
      return clock.after(STABLE_MS, () => {
        downSince = undefined
        failures = 0
      })
    },
    lost(): void {
      downSince ??= clock.monotonic()
    },
    /** Counts a failure; answers how many there were in a row. */
    failed(): number {
      downSince ??= clock.monotonic()
      failures += 1
      return failures
    },
  }
}
