import type { Clock } from '../clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on, firing what is due in order; between two timers everything that was set off may go on. */
  advance(ms: number): Promise<void>
  /** Lets everything go on that does not wait for time. */
  settle(): Promise<void>
  /** Moves the wall clock alone, as an administrator or NTP does. */
  jumpWallClock(ms: number): void
  /** Timers that have not fired. */
  pending(): number
}

interface Timer {
  due: number
  callback: () => void
}

/** A clock that stands still until it is told to move. `startMs` is its wall clock, milliseconds since the epoch. */
export function createManualClock(startMs = Date.UTC(2030, 0, 1)): ManualClock {
  const timers = new Set<Timer>()
  let elapsed = 0
  let wallOffset = startMs

  function next(until: number): Timer | undefined {
    const due = [...timers].filter((timer) => timer.due <= until)
    return due.reduce<Timer | undefined>((first, timer) => (first && first.due <= timer.due ? first : timer), undefined)
  }

  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    after(ms, callback) {
      const timer = { due: elapsed + Math.max(0, ms), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    settle,
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let timer = next(until); timer; timer = next(until)) {
        timers.delete(timer)
        elapsed = timer.due
        timer.callback()
        await settle()
      }
      elapsed = until
    },
    jumpWallClock: (ms) => {
      wallOffset += ms
    },
    pending: () => timers.size,
  }
}

/** Chains of promises and of `setImmediate` run dry within a few rounds; real sockets do not, and are not waited for. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve))
}
