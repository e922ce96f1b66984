import type { Clock } from '../clock/clock.ts'
import type { Settings } from '../settings.ts'
import { type ArmError, aksError, armError } from './arm-error.ts'
import type { ArmCall, ArmEndpoint } from './call.ts'
import type { Bucket, Throttle } from './throttle.ts'

type Kind = 'reads' | 'writes' | 'deletes'

// Azure Resource Manager, per subscription, region and principal.
const FRONT_DOOR: Record<Kind, { burst: number; perSecond: number }> = {
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
}
const GLOBAL_FACTOR = 15

// AKS resource provider (learn.microsoft.com/azure/aks/quotas-skus-regions).
const AKS = {
  putPool: { burst: 20, perSecond: 1 / 60, handler: 'PutAgentPoolHandler.PUT' },
  getCluster: { burst: 60, perSecond: 1, handler: 'GetManagedClusterHandler.GET' },
  operation: { burst: 200, perSecond: 2, handler: 'GetOperationStatusHandler.GET' },
  other: { burst: 60, perSecond: 1, handler: 'AgentPoolHandler' },
} as const

interface LimitDependencies {
  throttle: Throttle
  settings: Settings
  clock: Clock
}

/** Headers that tell what is left; throws 429 when nothing is. */
export function takeRequest(endpoint: ArmEndpoint, call: ArmCall, deps: LimitDependencies): Record<string, string> {
  const { settings, throttle } = deps
  const kind = kindOf(call.request.method)
  const limit = FRONT_DOOR[kind]
  const granted = settings.throttling
    ? throttle({ key: `arm/${kind}/${call.caller}`, ...limit })
    : { allowed: true, remaining: limit.burst - 1, waitMs: 0 }
  if (!granted.allowed) throw frontDoorRefusal(endpoint, retryAfter(granted.waitMs, deps), settings)
  if (settings.throttling && endpoint.limit) takeFromAks(endpoint.limit, call, deps)
  return {
    [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(granted.remaining),
    [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(
      granted.remaining + limit.burst * (GLOBAL_FACTOR - 1),
    ),
  }
}

function kindOf(method: string): Kind {
  if (method === 'GET' || method === 'HEAD') return 'reads'
  return method === 'DELETE' ? 'deletes' : 'writes'
}

function takeFromAks(limit: keyof typeof AKS, call: ArmCall, deps: LimitDependencies): void {
  const { handler, ...rate } = AKS[limit]
  const scope = limit === 'putPool' ? call.params.pool?.toLowerCase() : ''
  const bucket: Bucket = { key: `aks/${limit}/${scope}`, ...rate }
  const granted = deps.throttle(bucket)
  if (granted.allowed) return
  const seconds = retryAfter(granted.waitMs, deps)
  throw aksError({
    status: 429,
    code: 'Throttled',
    message: `The ${handler} request limit has been exceeded for SubID='${deps.settings.subscriptionId}', please retry again in ${seconds} seconds. For more information, please visit aka.ms/aks/throttling`,
    headers: { 'retry-after': String(seconds) },
  })
}

function frontDoorRefusal({ action = 'read' }: ArmEndpoint, seconds: number, { subscriptionId }: Settings): ArmError {
  return armError({
    status: 429,
    code: 'SubscriptionRequestsThrottled',
    message: `Number of requests for subscription '${subscriptionId}' and operation '${action}' exceeded the backend storage limit. Please try again after '${seconds}' seconds.`,
    headers: { 'retry-after': String(seconds) },
  })
}

// The client waits on its own clock.
function retryAfter(waitMs: number, { clock }: LimitDependencies): number {
  return Math.max(1, Math.ceil(waitMs / 1000 / (clock.speed ?? 1)))
}
