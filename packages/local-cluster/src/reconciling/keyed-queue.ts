import type { ClusterClock } from '../cluster-clock.ts'

/** Handles one key; a number is when to look at it again by itself, in milliseconds. */
export type HandleKey = (key: string) => Promise<number | undefined>

interface KeyedQueueOptions {
  clock: ClusterClock
  signal: AbortSignal
  handle: HandleKey
  onFailure: (key: string, error: unknown) => void
  concurrency?: number
}

const FIRST_RETRY_MS = 10
const LONGEST_RETRY_MS = 30_000

/**
 * Runs a handler for each added key. One key never runs twice at once; keys added while they wait are run once; a
 * failed key comes again after a growing pause.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<string, () => void>()
  #drainPlanned = false

  constructor(options: KeyedQueueOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#stop(), { once: true })
  }

  add(key: string): void {
    if (this.#options.signal.aborted) return
    this.#waiting.add(key)
    if (this.#drainPlanned) return
    this.#drainPlanned = true
    // A turn of the event loop in between gathers a burst of changes and lets requests be answered.
    setImmediate(() => this.#drain())
  }

  #drain(): void {
    this.#drainPlanned = false
    for (const key of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 16) || this.#options.signal.aborted) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      void this.#run(key)
    }
  }

  async #run(key: string): Promise<void> {
    this.#running.add(key)
    this.#cancelTimer(key)
    try {
      const revisitMs = await this.#options.handle(key)
      this.#failures.delete(key)
      if (revisitMs !== undefined) this.#addAfter(key, revisitMs)
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0
      this.#failures.set(key, failures + 1)
      if (!this.#options.signal.aborted) this.#options.onFailure(key, error)
      this.#addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS))
    }
    this.#running.delete(key)
    if (this.#waiting.size > 0) this.#drain()
  }

  #addAfter(key: string, ms: number): void {
    if (this.#options.signal.aborted) return
    this.#cancelTimer(key)
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(key)
      this.add(key)
    })
    this.#timers.set(key, cancel)
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.()
    this.#timers.delete(key)
  }

  #stop(): void {
    this.#waiting.clear()
    for (const key of [...this.#timers.keys()]) this.#cancelTimer(key)
  }
}
