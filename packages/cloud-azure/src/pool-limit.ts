import { CloudError } from '@kaito/cloud-provider'
import { remedyOf } from './remedy.ts'

/** Agent pools of one cluster (aks-docs, quotas-skus-regions). */
const MOST_POOLS = 100
const WARN_AT = 0.8

/** Sees the limit on agent pools of a cluster before Azure refuses for it: pools of the last list and launches since. */
export class PoolLimit {
  readonly #log: { warn(facts: object, message: string): void }
  readonly #isOff: boolean
  #most = MOST_POOLS
  #isLearned = false
  #listed: ReadonlySet<string> = new Set()
  readonly #launched = new Map<string, number>()
  #sequence = 0
  #isWarned = false

  constructor(log: { warn(facts: object, message: string): void }, isOff: boolean) {
    this.#log = log
    this.#isOff = isOff
  }

  /** The cluster's own limit, where it names one. */
  learn(most: number | undefined): void {
    this.#isLearned = true
    if (most !== undefined && most > 0) this.#most = most
  }

  /** Whether a launch would be refused although nobody has asked the cluster for its own limit yet. */
  asksForFacts(pool: string): boolean {
    return !this.#isLearned && this.#isReached(pool)
  }

  has(pool: string): boolean {
    return this.#listed.has(pool)
  }

  /** Counts a launch, or throws `LimitReached`. A pool that is there already needs no room. */
  admit(pool: string): void {
    if (this.#isReached(pool)) {
      const message = `the cluster has ${this.#count(pool)} agent pools, and ${this.#most} is the most that AKS allows`
      throw new CloudError('LimitReached', message, remedyOf('LimitReached'))
    }
    this.#sequence += 1
    this.#launched.set(pool, this.#sequence)
    this.#warn(this.#count())
  }

  /** The launch made nothing. */
  release(pool: string): void {
    this.#launched.delete(pool)
  }

  /** Taken before a list. */
  mark(): number {
    return this.#sequence
  }

  listed(pools: ReadonlySet<string>, mark: number): void {
    this.#listed = pools
    for (const [pool, ordinal] of this.#launched) if (ordinal <= mark) this.#launched.delete(pool)
    this.#warn(pools.size)
  }

  #isReached(pool: string): boolean {
    return !this.#isOff && !this.#listed.has(pool) && this.#count(pool) >= this.#most
  }

  #count(except?: string): number {
    const unlisted = [...this.#launched.keys()].filter((pool) => pool !== except && !this.#listed.has(pool))
    return this.#listed.size + unlisted.length
  }

  /** Once, until there is room again. */
  #warn(count: number): void {
    const isHigh = count >= this.#most * WARN_AT
    if (isHigh && !this.#isWarned) {
      this.#log.warn({ pools: count, most: this.#most }, 'the cluster is close to the most agent pools AKS allows')
    }
    this.#isWarned = isHigh
  }
}
