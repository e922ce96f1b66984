import type { Clock } from '@kaito/controller-kit'

/** How much of a deadline this process must have seen pass itself, whatever was written down before. */
const SECOND_LOOK_MS = 60_000

interface Running {
  /** Names the state and its beginning: another one starts anew. */
  state: string
  /** How long it has lasted by what is written down, in milliseconds. */
  recordedMs: number
  limitMs: number
}

/** Measures how long states last by the clock that nobody sets: a jump of the wall clock ends nothing. */
export interface Stopwatches {
  /**
   * How long the state of `key` has lasted, in milliseconds. What was written down counts once, when this process first
   * sees the state, and never up to its limit: a deadline that seems to have passed unseen gets a second look.
   */
  elapsedMs(key: string, running: Running): number
  forget(key: string): void
}

export function createStopwatches(clock: Pick<Clock, 'monotonic'>): Stopwatches {
  const started = new Map<string, { state: string; atMs: number }>()
  return {
    elapsedMs(key, { state, recordedMs, limitMs }) {
      const known = started.get(key)
      // Whole milliseconds: what is left must never be too small for a timer.
      if (known?.state === state) return Math.round(clock.monotonic() - known.atMs)
      const elapsed = Math.max(0, Math.min(recordedMs, limitMs - SECOND_LOOK_MS))
      started.set(key, { state, atMs: clock.monotonic() - elapsed })
      return elapsed
    },
    forget: (key) => void started.delete(key),
  }
}
