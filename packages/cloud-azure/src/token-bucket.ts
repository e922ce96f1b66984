/** A token bucket: so many calls at once, then so many per second. */
export interface CallLimit {
  burst: number
  perSecond: number
}

const LONGEST_TURN_MS = 60_000
/** Who does not come back for so long after its turn has gone away. */
const PATIENCE_MS = 60_000

/** Counts the calls of one kind as Azure does. Never waits: it says how long. */
export class TokenBucket {
  readonly #limit: CallLimit
  readonly #clock: { monotonic(): number }
  #tokens: number
  #at: number
  #pausedUntil = 0
  /** Callers that were sent away, in order, with the time at which each counts as gone. */
  readonly #queue = new Map<string, number>()

  constructor(limit: CallLimit, clock: { monotonic(): number }) {
    this.#limit = limit
    this.#clock = clock
    this.#tokens = limit.burst
    this.#at = clock.monotonic()
  }

  /** Milliseconds until there are `tokens`; never more than the bucket can hold. */
  waitMs(tokens: number): number {
    this.#refill()
    const missing = Math.min(tokens, this.#limit.burst) - this.#tokens
    return Math.max(0, (missing / this.#limit.perSecond) * 1000, this.#pausedUntil - this.#at)
  }

  /**
   * When it is the turn of a caller for whom `waitMs` is not over, behind all who were sent away before: callers that
   * all come back for the next token would find none.
   */
  turnMs(caller: string, { tokens, used }: { tokens: number; used: number }): number {
    const waitMs = this.waitMs(tokens)
    for (const [other, goneAt] of this.#queue) if (goneAt <= this.#at) this.#queue.delete(other)
    const known = [...this.#queue.keys()].indexOf(caller)
    const ahead = known < 0 ? this.#queue.size : known
    const turnMs = Math.max(waitMs, Math.min(waitMs + ((ahead * used) / this.#limit.perSecond) * 1000, LONGEST_TURN_MS))
    this.#queue.set(caller, this.#at + turnMs + PATIENCE_MS)
    return turnMs
  }

  take(caller: string): void {
    this.#queue.delete(caller)
    this.#tokens -= 1
  }

  giveBack(): void {
    this.#tokens += 1
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + ms)
  }

  /** Calls that could be made now; none while paused. */
  left(): number {
    this.#refill()
    return this.#pausedUntil > this.#at ? 0 : Math.max(0, Math.floor(this.#tokens))
  }

  isUntouched(): boolean {
    return this.waitMs(this.#limit.burst) <= 0
  }

  #refill(): void {
    const now = this.#clock.monotonic()
    const gained = ((now - this.#at) / 1000) * this.#limit.perSecond
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + gained)
    this.#at = now
  }
}
