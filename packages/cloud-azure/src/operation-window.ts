import { CloudError } from '@kaito/cloud-provider'

const FIRST_LIMIT = 10
/** A refusal may come from an upgrade that is long over; then there is no reason to go on carefully. */
const REFUSAL_COUNTS_MS = 600_000

interface OperationWindowOptions {
  random: () => number
  clock: { monotonic(): number }
}

/**
 * How many pool operations we let run at once. AKS does not say how many a cluster takes, it refuses with 409: so the
 * window opens with every accepted launch, halves on a refusal, and then for a while opens by one per window of accepted
 * launches.
 */
export class OperationWindow {
  readonly #options: OperationWindowOptions
  readonly #running = new Map<string, number>()
  #limit = FIRST_LIMIT
  #refusedAtMs = Number.NEGATIVE_INFINITY
  #acceptedSinceGrowth = 0
  #sequence = 0
  #narrowedAt = 0
  #unanswered = 0

  constructor(options: OperationWindowOptions) {
    this.#options = options
  }

  /** Lets a launch in, or throws `ClusterBusy`. Every launch let in is closed by `accepted` or `refused`. */
  enter(name: string): number {
    if (!this.#running.has(name) && this.#running.size >= this.#limit) {
      throw new CloudError('ClusterBusy', `${this.#running.size} agent pool operations are running on this cluster`, {
        retryAfterMs: Math.round((this.#unanswered > 0 ? 500 : 5000) * (1 + this.#options.random())),
      })
    }
    this.#unanswered += 1
    return this.started(name)
  }

  /** Counts an operation that is not held back, such as a deletion. */
  started(name: string): number {
    this.#sequence += 1
    this.#running.set(name, this.#sequence)
    return this.#sequence
  }

  accepted(): void {
    this.#unanswered -= 1
    this.#acceptedSinceGrowth += 1
    const isCareful = this.#options.clock.monotonic() - this.#refusedAtMs < REFUSAL_COUNTS_MS
    if (isCareful && this.#acceptedSinceGrowth < this.#limit) return
    this.#limit += isCareful ? 1 : 2
    this.#acceptedSinceGrowth = 0
  }

  /** A launch that made nothing; `isContention` when the cluster or the rate refused it, not what was asked. */
  refused(name: string, { ticket, isContention }: { ticket: number; isContention: boolean }): void {
    this.#unanswered -= 1
    if (this.#running.get(name) === ticket) this.#running.delete(name)
    // Launches sent together are refused together: that is one sign, not many.
    if (!isContention || ticket <= this.#narrowedAt) return
    this.#narrowedAt = this.#sequence
    this.#limit = Math.max(1, Math.floor((this.#running.size + 1) / 2))
    this.#refusedAtMs = this.#options.clock.monotonic()
    this.#acceptedSinceGrowth = 0
  }

  /** Taken before a list, so that what starts while it runs is not taken for ended. */
  mark(): number {
    return this.#sequence
  }

  /** The cloud's own account of running operations, read after `mark`. */
  observed(busy: ReadonlySet<string>, mark: number): void {
    for (const [name, ticket] of this.#running) {
      if (ticket <= mark && !busy.has(name)) this.#running.delete(name)
    }
    for (const name of busy) if (!this.#running.has(name)) this.#running.set(name, mark)
  }
}
