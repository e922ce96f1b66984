import { setTimeout as pause } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds from some fixed moment on. */
  now(): number
  /** @throws when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  pause: async (ms, signal) => {
    await pause(ms, undefined, { signal })
  },
}
