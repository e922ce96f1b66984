import type { Taint } from '../../objects/node.ts'
import type { Pod } from '../../objects/pod.ts'
import { tolerates } from '../../objects/taints.ts'

/** Admission gives every pod this much patience with the two taints that follow from a node's health. */
const DEFAULT_SECONDS = 300
const HEALTH_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export interface TimedTaint {
  taint: Taint
  sinceMs: number
}

/** When the taints of its node end the pod, in milliseconds since the epoch; undefined for never. */
export function evictionTime(pod: Pod, taints: TimedTaint[]): number | undefined {
  const times = taints
    .filter(({ taint }) => taint.effect === 'NoExecute')
    .map(({ taint, sinceMs }) => sinceMs + patienceSeconds(pod, taint) * 1000)
    .filter(Number.isFinite)
  return times.length === 0 ? undefined : Math.min(...times)
}

function patienceSeconds({ spec }: Pod, taint: Taint): number {
  const matching = spec.tolerations?.filter((toleration) => tolerates(toleration, taint)) ?? []
  if (matching.length === 0) return HEALTH_TAINTS.includes(taint.key) ? DEFAULT_SECONDS : 0
  const limits = matching.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY)
  return Math.max(0, Math.min(...limits))
}
