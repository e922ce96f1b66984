/** A clock that moves only when told to, and then calls back what became due. */
export function manualClock() {
  let time = 0
  const due = new Map<object, { at: number; callback: () => void }>()
  return {
    now: () => time,
    monotonic: () => time,
    after(ms: number, callback: () => void): () => void {
      const key = {}
      due.set(key, { at: time + ms, callback })
      return () => void due.delete(key)
    },
    advance(ms: number): void {
      time += ms
      for (const [key, { at, callback }] of due) {
        if (at > time) continue
        due.delete(key)
        callback()
      }
    },
  }
}
