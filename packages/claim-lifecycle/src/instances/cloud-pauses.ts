import { backoffMs } from '../launch/backoff.ts'

const BACKOFF = { baseMs: 1_000, capMs: 60_000 }

/** Keeps the requests of one claim apart after the cloud refused one; forgotten with the process. */
interface CloudPauses {
  /** Milliseconds left of the claim's pause. */
  left(key: string): number
  /** Answers the pause: what the cloud asked for, or one that grows with each refusal in a row. */
  refused(key: string, askedMs: number | undefined): number
  /** Refusals in a row so far. */
  times(key: string): number
  clear(key: string): void
}

export function createCloudPauses(clock: { monotonic(): number }): CloudPauses {
  const pauses = new Map<string, { times: number; until: number }>()
  return {
    left: (key) => Math.max(0, (pauses.get(key)?.until ?? 0) - clock.monotonic()),
    refused(key, askedMs) {
      const times = (pauses.get(key)?.times ?? 0) + 1
      const pauseMs = askedMs ?? backoffMs(times, BACKOFF)
      pauses.set(key, { times, until: clock.monotonic() + pauseMs })
      return pauseMs
    },
    times: (key) => pauses.get(key)?.times ?? 0,
    clear: (key) => void pauses.delete(key),
  }
}
