import type { Clock } from './clock.ts'

export interface VirtualClock extends Clock {
  advance(ms: number): void
}

/** A clock that stands still until it is advanced; callbacks run in order of their time, then of their registration. */
export function virtualClock(startMs = 0): VirtualClock {
  let now = startMs
  let waiting: { at: number; callback: () => void }[] = []
  const nextDue = (until: number) =>
    waiting.filter(({ at }) => at <= until).reduce<(typeof waiting)[number] | undefined>(earlier, undefined)
  return {
    speed: 1,
    now: () => now,
    after(ms, callback) {
      const entry = { at: now + Math.max(0, ms), callback }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    advance(ms) {
      const until = now + ms
      for (let due = nextDue(until); due; due = nextDue(until)) {
        const entry = due
        waiting = waiting.filter((other) => other !== entry)
        now = Math.max(now, entry.at)
        entry.callback()
      }
      now = until
    },
  }
}

function earlier<T extends { at: number }>(first: T | undefined, second: T): T {
  return first && first.at <= second.at ? first : second
}
