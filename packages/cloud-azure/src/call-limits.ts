import { CloudError } from '@kaito/cloud-provider'
import type { ArmOperation } from './arm-operation.ts'

/** A token bucket: so many calls at once, then so many per second. */
interface CallLimit {
  burst: number
  perSecond: number
}

/** Which buckets Azure counts a call in. Of Resource Manager per principal and region, of AKS as its documentation says. */
export interface CallLimits {
  /** Resource Manager: GET. */
  reads: CallLimit
  /** Resource Manager: PUT. */
  writes: CallLimit
  /** Resource Manager: DELETE. */
  deletes: CallLimit
  /** AKS: PUT of one agent pool. */
  putAgentPool: CallLimit
  /** AKS: GET of the cluster. */
  getManagedCluster: CallLimit
  /** AKS: everything else. */
  agentPools: CallLimit
}

/** Documented limits (aks-docs quotas-skus-regions, Resource Manager request-limits-and-throttling). */
export const AZURE_CALL_LIMITS: CallLimits = {
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
  putAgentPool: { burst: 20, perSecond: 1 / 60 },
  getManagedCluster: { burst: 60, perSecond: 1 },
  agentPools: { burst: 60, perSecond: 1 },
}

interface Bucket {
  limit: CallLimit
  tokens: number
  at: number
  blockedUntil: number
}

/** Codes by which Resource Manager itself, not AKS behind it, refuses for rate. */
const RESOURCE_MANAGER_CODE = /^(?:SubscriptionRequestsThrottled|TooManyRequests.*|ResourceManagerThrottled.*)$/
const PAUSE_WITHOUT_RETRY_AFTER_MS = 10_000
const FORGET_ABOVE = 500

/** Keeps calls within the limits and honours `Retry-After` for every call that shares the bucket. Never waits. */
export class CallBudget {
  readonly #limits: CallLimits | 'off'
  readonly #clock: { monotonic(): number }
  readonly #buckets = new Map<string, Bucket>()

  constructor(limits: CallLimits | 'off', clock: { monotonic(): number }) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Takes what the call costs, or throws `Throttled` with the time until it would be granted. */
  spend(operation: ArmOperation): void {
    const buckets = this.#bucketsOf(operation)
    const waitMs = Math.max(...buckets.map((bucket) => this.#waitMs(bucket)))
    if (waitMs > 0) {
      throw new CloudError('Throttled', `holding back ${operation.name}: Azure limits how often it may be called`, {
        retryAfterMs: Math.ceil(waitMs),
      })
    }
    for (const bucket of buckets) bucket.tokens -= 1
  }

  /** Azure answered 429: nothing that shares the bucket goes out before the time it named. */
  pause(operation: ArmOperation, code: string | undefined, retryAfterMs = PAUSE_WITHOUT_RETRY_AFTER_MS): void {
    const [aks, resourceManager] = this.#bucketsOf(operation)
    const bucket = RESOURCE_MANAGER_CODE.test(code ?? '') ? resourceManager : aks
    if (bucket) bucket.blockedUntil = Math.max(bucket.blockedUntil, this.#clock.monotonic() + retryAfterMs)
  }

  #bucketsOf({ name, pool }: ArmOperation): Bucket[] {
    if (name === 'putAgentPool') return [this.#bucket('putAgentPool', `put ${pool}`), this.#bucket('writes')]
    if (name === 'deleteAgentPool') return [this.#bucket('agentPools'), this.#bucket('deletes')]
    if (name === 'getManagedCluster') return [this.#bucket('getManagedCluster'), this.#bucket('reads')]
    return [this.#bucket('agentPools'), this.#bucket('reads')]
  }

  #bucket(limit: keyof CallLimits, key: string = limit): Bucket {
    const known = this.#buckets.get(key)
    if (known) return this.#refilled(known)
    if (this.#buckets.size > FORGET_ABOVE) this.#forgetFull()
    const size = this.#limits === 'off' ? { burst: Number.POSITIVE_INFINITY, perSecond: 1 } : this.#limits[limit]
    const bucket = { limit: size, tokens: size.burst, at: this.#clock.monotonic(), blockedUntil: 0 }
    this.#buckets.set(key, bucket)
    return bucket
  }

  #refilled(bucket: Bucket): Bucket {
    const now = this.#clock.monotonic()
    const { burst, perSecond } = bucket.limit
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    return bucket
  }

  #waitMs({ tokens, limit, blockedUntil }: Bucket): number {
    const untilToken = tokens >= 1 ? 0 : ((1 - tokens) / limit.perSecond) * 1000
    return Math.max(untilToken, blockedUntil - this.#clock.monotonic())
  }

  #forgetFull(): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#refilled(bucket).tokens >= bucket.limit.burst && this.#waitMs(bucket) <= 0) this.#buckets.delete(key)
    }
  }
}
