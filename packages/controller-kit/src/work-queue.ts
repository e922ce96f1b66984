import type { Clock } from './clock.ts'

export interface Backoff {
  /** Delay after the first failure; it doubles with each further one. */
  baseMs: number
  capMs: number
}

/** The delay after the given number of failures in a row (1 or more), between half of its full length and the whole. */
export function backoffMs({ baseMs, capMs }: Backoff, failures: number, random: () => number): number {
  const full = Math.min(capMs, baseMs * 2 ** (failures - 1))
  return full / 2 + (full / 2) * random()
}

/** Queue of keys: a key waits at most once, and never runs twice at a time. */
export interface WorkQueue {
  add(key: string): void
  /** Adds it later; of several delays for a key the earliest counts. */
  addAfter(key: string, ms: number): void
  /** Adds it after a back-off that grows with each call until `forget`. Answers the delay in milliseconds. */
  retry(key: string, atLeastMs?: number): number
  /** Resets the back-off of the key. */
  forget(key: string): void
  /** Keys that wait for a free worker. */
  depth(): number
  start(): void
  /** Takes no more keys; resolves when those in work are done. */
  stop(): Promise<void>
}

interface WorkQueueOptions {
  clock: Clock
  random: () => number
  /** How many keys are handled at a time. */
  concurrency: number
  /** Must not reject. */
  handle: (key: string) => Promise<void>
  backoff: Backoff
}

export function createWorkQueue({ clock, random, concurrency, handle, backoff }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>()
  const running = new Set<string>()
  const failures = new Map<string, number>()
  const delays = createDelays(clock, add)
  let started = false
  let onIdle: (() => void) | undefined

  function add(key: string): void {
    waiting.add(key)
    pump()
  }

  function pump(): void {
    for (const key of waiting) {
      if (!started || running.size >= concurrency) return
      if (running.has(key)) continue
      waiting.delete(key)
      running.add(key)
      void run(key)
    }
  }

  async function run(key: string): Promise<void> {
    await handle(key)
    // Lets timers and sockets have their turn: a long row of quick passes must not keep the lease from being renewed.
    await new Promise((resolve) => setImmediate(resolve))
    running.delete(key)
    pump()
    if (running.size === 0) onIdle?.()
  }

  function start(): void {
    started = true
    pump()
  }

  function stop(): Promise<void> {
    started = false
    return new Promise((resolve) => {
      onIdle = () => {
        delays.clear()
        resolve()
      }
      if (running.size === 0) onIdle()
    })
  }

  function retry(key: string, atLeastMs = 0): number {
    const count = (failures.get(key) ?? 0) + 1
    failures.set(key, count)
    const delay = Math.max(atLeastMs, backoffMs(backoff, count, random))
    delays.add(key, delay)
    return delay
  }

  const forget = (key: string) => void failures.delete(key)
  return { add, addAfter: delays.add, retry, forget, depth: () => waiting.size, start, stop }
}

function createDelays(clock: Clock, onDue: (key: string) => void) {
  const timers = new Map<string, { due: number; cancel: () => void }>()

  return {
    add(key: string, ms: number): void {
      const due = clock.monotonic() + ms
      const earlier = timers.get(key)
      if (earlier && earlier.due <= due) return
      earlier?.cancel()
      const fire = () => {
        timers.delete(key)
        onDue(key)
      }
      timers.set(key, { due, cancel: clock.after(ms, fire) })
    },
    clear(): void {
      for (const { cancel } of timers.values()) cancel()
      timers.clear()
    },
  }
}
