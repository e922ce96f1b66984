interface Clock {
  monotonic(): number
  after(ms: number, callback: () => void): () => void
}

interface ReadingOptions<T> {
  read(signal: AbortSignal): Promise<T>
  clock: Clock
  /** After so many milliseconds what was read says nothing any more. */
  validMs: number
  /** A reading ended; `begunAt` as given to `ask`. */
  onRead?: (value: T, begunAt: number) => void
  onOutage(error: unknown): void
  onRecovery(): void
}

/** How long callers wait for a reading, counted from its start. */
const PATIENCE_MS = 2000
/** How often a reading that fails is tried again. */
const PAUSE_MS = 60_000

/**
 * The last answer to a question that is asked now and then. One question is under way at a time, shared by all who need
 * it; nobody waits for an answer that did not come the last time.
 */
export class LatestReading<T> {
  readonly #options: ReadingOptions<T>
  #latest: { value: T; at: number } | undefined
  #running: { promise: Promise<void>; since: number } | undefined
  #failedAt: number | undefined

  constructor(options: ReadingOptions<T>) {
    this.#options = options
  }

  /** What was read within the last `maxAgeMs`. */
  within(maxAgeMs: number): T | undefined {
    const { clock, validMs } = this.#options
    const isYoung = this.#latest && clock.monotonic() - this.#latest.at <= Math.min(maxAgeMs, validMs)
    return isYoung ? this.#latest?.value : undefined
  }

  /**
   * Sees that there is an answer no older than `maxAgeMs`; comes back without one when it fails, or does not come in
   * time. Half way to the end of its validity a new one is asked for beforehand. Rejects only for an aborted signal.
   */
  async ask(maxAgeMs: number, { signal, begunAt }: { signal: AbortSignal; begunAt: () => number }): Promise<void> {
    const { validMs } = this.#options
    if (this.within(Math.min(maxAgeMs, validMs / 2)) !== undefined) return
    if (!this.#running && !this.#isPaused()) this.#start(signal, begunAt())
    if (this.within(maxAgeMs) !== undefined || this.#failedAt !== undefined || !this.#running) return
    await this.#patiently(this.#running)
    signal.throwIfAborted()
  }

  #isPaused(): boolean {
    return this.#failedAt !== undefined && this.#options.clock.monotonic() - this.#failedAt < PAUSE_MS
  }

  #start(signal: AbortSignal, begunAt: number): void {
    const { read, clock, onRead, onOutage, onRecovery } = this.#options
    const done = (value: T) => {
      this.#latest = { value, at: clock.monotonic() }
      if (this.#failedAt !== undefined) onRecovery()
      this.#failedAt = undefined
      onRead?.(value, begunAt)
    }
    const failed = (error: unknown) => {
      if (signal.aborted) return
      this.#failedAt = clock.monotonic()
      onOutage(error)
    }
    const promise = read(signal)
      .then(done, failed)
      .finally(() => {
        this.#running = undefined
      })
    this.#running = { promise, since: clock.monotonic() }
  }

  async #patiently({ promise, since }: { promise: Promise<void>; since: number }): Promise<void> {
    const { clock } = this.#options
    const leftMs = since + PATIENCE_MS - clock.monotonic()
    if (leftMs <= 0) return
    let cancel = (): void => undefined
    const tooLate = new Promise<void>((resolve) => {
      cancel = clock.after(leftMs, resolve)
    })
    await Promise.race([promise, tooLate])
    cancel()
  }
}
