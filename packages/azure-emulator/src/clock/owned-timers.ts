import type { Clock } from './clock.ts'

/** The same time; every timer set through it can be withdrawn at once. */
export function ownedTimers(clock: Clock): { clock: Clock; cancelAll: () => void } {
  const pending = new Set<() => void>()
  const { speed } = clock
  return {
    clock: {
      now: () => clock.now(),
      wallNow: () => clock.wallNow?.() ?? clock.now(),
      ...(speed !== undefined && { speed }),
      ...(clock.advance && { advance: (ms: number) => clock.advance?.(ms) }),
      after(ms, callback) {
        const cancel = clock.after(ms, () => {
          pending.delete(cancel)
          callback()
        })
        pending.add(cancel)
        return () => {
          pending.delete(cancel)
          cancel()
        }
      },
    },
    cancelAll() {
      for (const cancel of pending) cancel()
      pending.clear()
    },
  }
}
