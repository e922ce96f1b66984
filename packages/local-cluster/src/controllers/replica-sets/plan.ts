import { isActive, isReady, type Pod } from '../../objects/pod.ts'
import type { ReplicaSet } from '../../objects/workloads.ts'

export type ReplicaSetAction = { do: 'create'; count: number } | { do: 'delete'; pod: Pod }

const LARGEST_STEP = 500

export function planReplicaSet(replicaSet: ReplicaSet, pods: Pod[]): ReplicaSetAction[] {
  if (replicaSet.metadata.deletionTimestamp !== undefined) return []
  const active = pods.filter(isActive)
  const missing = (replicaSet.spec.replicas ?? 1) - active.length
  if (missing > 0) return [{ do: 'create', count: Math.min(missing, LARGEST_STEP) }]
  return active
    .sort(leastUsefulFirst)
    .slice(0, -missing)
    .map((pod) => ({ do: 'delete', pod }))
}

/** Not yet bound before bound, not running before running, unready before ready, then the younger one. */
function leastUsefulFirst(a: Pod, b: Pod): number {
  const rank = (pod: Pod) =>
    (pod.spec.nodeName ? 4 : 0) + (pod.status?.phase === 'Running' ? 2 : 0) + (isReady(pod) ? 1 : 0)
  return rank(a) - rank(b) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
}
