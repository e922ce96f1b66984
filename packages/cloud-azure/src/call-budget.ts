import { CloudError } from '@kaito/cloud-provider'
import type { ArmOperation, ArmOperationName } from './arm-operation.ts'
import type { CallLimits } from './call-limits.ts'
import { TokenBucket } from './token-bucket.ts'

/** Codes by which Resource Manager itself, not AKS behind it, refuses for rate. */
const RESOURCE_MANAGER_CODE = /^(?:SubscriptionRequestsThrottled|TooManyRequests.*|ResourceManagerThrottled.*)$/
/** Compute says `TooManyRequests` for itself. */
const RESOURCE_MANAGER_CODE_BESIDE_COMPUTE = /^(?:SubscriptionRequestsThrottled|ResourceManagerThrottled.*)$/
const PAUSE_WITHOUT_RETRY_AFTER_MS = 10_000
const FORGET_ABOVE = 500
/** Single reads leave so many tokens to the list that feeds every claim. */
const KEPT_FOR_LISTS = 5
/** Each agent pool has a limit of its own for its PUTs. */
const SHARED_LIMITS = ['reads', 'writes', 'deletes', 'getManagedCluster', 'agentPools'] as const
const NO_LIMIT = { burst: Number.POSITIVE_INFINITY, perSecond: 1 }

interface CallBudgetOptions {
  clock: { monotonic(): number }
  /** A call was held back and shall come back after so many milliseconds. */
  onWait: (operation: ArmOperationName, ms: number) => void
}

/** Keeps calls within the limits and honours `Retry-After` for every call that shares the bucket. Never waits. */
export class CallBudget {
  readonly #limits: CallLimits | 'off'
  readonly #clock: { monotonic(): number }
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #setAside = new Set<string>()
  readonly #onWait: (operation: ArmOperationName, ms: number) => void

  constructor(limits: CallLimits | 'off', { clock, onWait }: CallBudgetOptions) {
    this.#limits = limits
    this.#clock = clock
    this.#onWait = onWait
  }

  /** Takes what the call costs, or throws `Throttled` with the time when it is this caller's turn. */
  spend(operation: ArmOperation): void {
    const { name, pool = '' } = operation
    if (name === 'deleteAgentPool') this.putBack(pool)
    const kept = name === 'getAgentPool' && !this.#setAside.has(pool) ? KEPT_FOR_LISTS : 0
    const buckets = this.#bucketsOf(operation)
    const caller = `${name} ${pool}`
    const empty = buckets.filter((bucket) => bucket.waitMs(1 + kept) > 0)
    if (empty.length > 0) {
      throw this.#heldBack(
        name,
        Math.max(...empty.map((bucket) => bucket.turnMs(caller, { tokens: 1 + kept, used: 1 }))),
      )
    }
    for (const bucket of buckets) bucket.take(caller)
  }

  /**
   * Sets aside what a deletion costs, so that the read before it is not in vain, or throws `Throttled`. Spent by the
   * deletion; `putBack` returns it when there is none.
   */
  setAside(pool: string): void {
    const bucket = this.#bucket('agentPools')
    const caller = `terminate ${pool}`
    const tokens = 2 + KEPT_FOR_LISTS
    if (bucket.waitMs(tokens) > 0) throw this.#heldBack('deleteAgentPool', bucket.turnMs(caller, { tokens, used: 2 }))
    if (this.#setAside.has(pool)) return
    this.#setAside.add(pool)
    bucket.take(caller)
  }

  putBack(pool: string): void {
    if (this.#setAside.delete(pool)) this.#bucket('agentPools').giveBack()
  }

  /** Azure answered 429: nothing that shares the bucket goes out before the time it named. */
  pause(operation: ArmOperation, code: string | undefined, retryAfterMs = PAUSE_WITHOUT_RETRY_AFTER_MS): void {
    const [provider, resourceManager] = this.#bucketsOf(operation)
    const door = isOfCompute(operation) ? RESOURCE_MANAGER_CODE_BESIDE_COMPUTE : RESOURCE_MANAGER_CODE
    const bucket = door.test(code ?? '') ? resourceManager : provider
    bucket?.pause(retryAfterMs)
  }

  /** Calls that could be made now, by limit; empty where none holds. */
  left(): Record<string, number> {
    if (this.#limits === 'off') return {}
    return Object.fromEntries(SHARED_LIMITS.map((name) => [name, this.#bucket(name).left()]))
  }

  #bucketsOf(operation: ArmOperation): TokenBucket[] {
    const { name, pool } = operation
    if (name === 'putAgentPool') return [this.#bucket('putAgentPool', `put ${pool}`), this.#bucket('writes')]
    if (name === 'deleteAgentPool') return [this.#bucket('agentPools'), this.#bucket('deletes')]
    if (name === 'getManagedCluster') return [this.#bucket('getManagedCluster'), this.#bucket('reads')]
    // Microsoft.Compute counts apart from AKS: what it refuses holds back no read of agent pools.
    if (isOfCompute(operation)) return [this.#bucket('reads', 'compute'), this.#bucket('reads')]
    return [this.#bucket('agentPools'), this.#bucket('reads')]
  }

  #bucket(limit: keyof CallLimits, key: string = limit): TokenBucket {
    const known = this.#buckets.get(key)
    if (known) return known
    if (this.#buckets.size > FORGET_ABOVE) this.#forgetUntouched()
    const bucket = new TokenBucket(this.#limits === 'off' ? NO_LIMIT : this.#limits[limit], this.#clock)
    this.#buckets.set(key, bucket)
    return bucket
  }

  #forgetUntouched(): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isUntouched()) this.#buckets.delete(key)
  }

  #heldBack(name: ArmOperationName, waitMs: number): CloudError {
    this.#onWait(name, Math.ceil(waitMs))
    return new CloudError('Throttled', `holding back ${name}: Azure limits how often it may be called`, {
      retryAfterMs: Math.ceil(waitMs),
    })
  }
}

const isOfCompute = ({ name }: ArmOperation) => name === 'listUsages' || name === 'listSkus'
