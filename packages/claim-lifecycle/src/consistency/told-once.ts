import type { Clock } from '@kaito/controller-kit'

/** Remembers what was told of each key, so that the same is not told again and nothing is told too often. */
export interface ToldOnce {
  /** Whether to tell this now; undefined is a state of which there is nothing to tell. */
  isNews(key: string, text: string | undefined): boolean
  forget(key: string): void
}

/** `pauseMs` is the least time between two tellings for one key, in milliseconds. */
export function createToldOnce(clock: Pick<Clock, 'monotonic'>, pauseMs: number): ToldOnce {
  const told = new Map<string, { text: string | undefined; at: number }>()
  return {
    isNews(key, text) {
      const last = told.get(key)
      if (text === undefined) {
        if (last) last.text = undefined
        return false
      }
      const now = clock.monotonic()
      if (last && (last.text === text || now - last.at < pauseMs)) return false
      told.set(key, { text, at: now })
      return true
    },
    forget: (key) => void told.delete(key),
  }
}
