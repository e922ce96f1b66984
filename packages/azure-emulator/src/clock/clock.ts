/** Time of the emulated cloud, in its own (virtual) milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void
  /** How many milliseconds of this clock pass in one of the client's; 1 when absent. */
  readonly speed?: number
  /** The client's wall clock; the same as `now()` when absent. */
  wallNow?(): number
  /** Moves a manual clock forward and runs what became due; absent on clocks that run by themselves. */
  advance?(ms: number): void
}

// Timers of Node overflow above this and would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** A clock that runs `speed` times as fast as the machine's. */
export function realClock(speed = 1): Clock {
  const startedAt = Date.now()
  return {
    speed,
    wallNow: () => Date.now(),
    now: () => startedAt + (Date.now() - startedAt) * speed,
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(ms / speed, LONGEST_TIMER_MS))
      return () => clearTimeout(timer)
    },
  }
}
