/** Time as a parameter of everything that plays a part of the cluster. */
export interface ClusterClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void
}

export const systemClusterClock: ClusterClock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** As the API writes times: RFC 3339 without fractions of a second. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(clock: ClusterClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = clock.after(ms, finish)
    function finish(): void {
      cancel()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    signal.addEventListener('abort', finish)
  })
}
