/** Time as a parameter, so that tests and simulation can drive it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: for what is written or compared with the cluster's timestamps. */
  now(): number
  /** Monotonic milliseconds: for durations, which a jump of the wall clock must not stretch or cut. */
  monotonic(): number
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
