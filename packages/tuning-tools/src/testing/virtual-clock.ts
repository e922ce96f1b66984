import type { Clock } from '../clock.ts'

/** Time that passes only where it is waited for; `waits` is what was asked for, in milliseconds. */
export function virtualClock(): Clock & { waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => waits.reduce((sum, ms) => sum + ms, 0),
    async pause(ms, signal) {
      signal.throwIfAborted()
      waits.push(ms)
    },
  }
}
