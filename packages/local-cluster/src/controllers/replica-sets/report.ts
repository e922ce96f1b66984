import { isActive, isReady, type Pod } from '../../objects/pod.ts'
import type { ReplicaSet } from '../../objects/workloads.ts'

/** The status to write, and when a pod that is ready will have been so for long enough. */
export function reportReplicaSet(
  replicaSet: ReplicaSet,
  pods: Pod[],
  nowMs: number,
): { status: object; revisitMs?: number } {
  const active = pods.filter(isActive)
  const ready = active.filter(isReady)
  const minReadyMs = (replicaSet.spec.minReadySeconds ?? 0) * 1000
  const waits = ready.map((pod) => (minReadyMs === 0 ? 0 : readySinceMs(pod) + minReadyMs - nowMs))
  const pending = waits.filter((ms) => ms > 0)
  const counted = {
    fullyLabeledReplicas: active.length,
    readyReplicas: ready.length,
    availableReplicas: waits.length - pending.length,
  }
  return {
    status: {
      replicas: active.length,
      ...Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
      observedGeneration: replicaSet.metadata.generation,
    },
    ...(pending.length > 0 ? { revisitMs: Math.min(...pending) } : {}),
  }
}

function readySinceMs(pod: Pod): number {
  return Date.parse(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '')
}
