import { type Condition, withCondition } from '../../objects/condition.ts'
import { isActive, isReady, type Pod } from '../../objects/pod.ts'
import type { PodDisruptionBudget } from '../../objects/workloads.ts'

/** How long an accepted eviction counts before its pod must be seen to leave. */
const EVICTION_MEMORY_MS = 120_000

interface ObservedBudget {
  budget: PodDisruptionBudget
  /** Pods that its selector names. */
  pods: Pod[]
  /** How many pods their owners want. */
  wanted: number
  nowMs: number
  /** The same moment in RFC 3339. */
  now: string
}

export function reportBudget({ budget, pods, wanted, nowMs, now }: ObservedBudget): object {
  const active = pods.filter(isActive)
  const disrupted = stillDisrupted(budget, active, nowMs)
  const currentHealthy = active.filter((pod) => isReady(pod) && !(pod.metadata.name in disrupted)).length
  const { minAvailable, maxUnavailable } = budget.spec
  const expectedPods = typeof minAvailable === 'number' ? active.length : wanted
  const desiredHealthy =
    maxUnavailable === undefined
      ? amount(minAvailable ?? 1, expectedPods)
      : Math.max(0, expectedPods - amount(maxUnavailable, expectedPods))
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
  const condition: Condition =
    disruptionsAllowed > 0
      ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }
      : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' }
  return {
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    conditions: withCondition(budget.status?.conditions ?? [], condition, now),
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods,
    observedGeneration: budget.metadata.generation,
  }
}

function amount(value: number | string, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100)
}

/** Evictions the API server has let through whose pods are still here. */
function stillDisrupted({ status }: PodDisruptionBudget, active: Pod[], nowMs: number): Record<string, string> {
  const noted = Object.entries(Object(status?.disruptedPods ?? {}))
  const names = new Set(active.map(({ metadata }) => metadata.name))
  return Object.fromEntries(
    noted
      .map(([name, time]): [string, string] => [name, String(time)])
      .filter(([name, time]) => names.has(name) && Date.parse(time) + EVICTION_MEMORY_MS > nowMs),
  )
}
