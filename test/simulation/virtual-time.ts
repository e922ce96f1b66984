/** The one time of a simulated world. It stands still until `runUntil`. */
export interface VirtualTime {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void
  /** Resolves after `ms`; rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Fires what is due, in order of time and then of registration; between two timers everything else goes on. */
  runUntil(untilMs: number, onStep: () => void): Promise<void>
}

interface Timer {
  due: number
  callback: () => void
}

export function createVirtualTime(startMs: number): VirtualTime {
  const timers = new Set<Timer>()
  let now = startMs
  let touched = 0

  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) if (timer.due <= until && (!first || timer.due < first.due)) first = timer
    return first
  }

  function after(ms: number, callback: () => void): () => void {
    touched += 1
    const timer = { due: now + Math.max(0, ms), callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  /** Every pass and every request sets a timer: two rounds without one mean that all of them wait for time. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const before = touched
      await new Promise((resolve) => setImmediate(resolve))
      quiet = touched === before ? quiet + 1 : 0
    }
  }

  return {
    now: () => now,
    after,
    sleep: (ms, signal) => sleep(after, ms, signal),
    async runUntil(untilMs, onStep) {
      await settle()
      for (let timer = next(untilMs); timer; timer = next(untilMs)) {
        timers.delete(timer)
        now = timer.due
        timer.callback()
        await settle()
        onStep()
      }
      now = untilMs
    },
  }
}

function sleep(after: VirtualTime['after'], ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
