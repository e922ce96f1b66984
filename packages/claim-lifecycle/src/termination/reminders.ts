/** So often something that stays true is said again: whoever looks finds words that are not old. */
const REPEAT_MS = 240_000

/** Keeps retries from becoming news each time. */
export interface Reminders {
  /** True at first, and then from time to time. */
  isDue(key: string): boolean
}

export function createReminders(clock: { monotonic(): number }): Reminders {
  const saidAt = new Map<string, number>()
  return {
    isDue(key) {
      const now = clock.monotonic()
      for (const [known, at] of saidAt) if (now - at >= REPEAT_MS) saidAt.delete(known)
      if (saidAt.has(key)) return false
      saidAt.set(key, now)
      return true
    },
  }
}
