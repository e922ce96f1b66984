import type { Pod } from '../../objects/pod.ts'
import { isFinished } from '../../objects/pod.ts'
import type { ReplicaSet } from '../../objects/workloads.ts'
import { currentReplicas, oldScalings, type Rollout } from './rolling-update.ts'

export const REVISION = 'deployment.kubernetes.io/revision'

export type DeploymentAction =
  | { do: 'create'; replicas: number; revision: number }
  | { do: 'scale'; replicaSet: ReplicaSet; replicas: number }
  | { do: 'setRevision'; revision: number }
  | { do: 'delete'; replicaSet: ReplicaSet }

export interface ObservedDeployment extends Rollout {
  /** Pods of the old ReplicaSets. */
  oldPods: Pod[]
}

function revisionOf(replicaSet: ReplicaSet | undefined): number {
  return Number(replicaSet?.metadata.annotations?.[REVISION] ?? 0)
}

export function planDeployment(seen: ObservedDeployment): DeploymentAction[] {
  const { deployment, current, old } = seen
  if (deployment.metadata.deletionTimestamp !== undefined) return []
  if (deployment.spec.paused) return scaleWhilePaused(seen)
  const newest = Math.max(0, ...old.map(revisionOf))
  if (current === undefined) {
    const emptied = recreates(seen) ? emptyOld(old) : []
    if (emptied.length > 0 || mustWait(seen)) return emptied
    return [{ do: 'create', replicas: currentReplicas(seen), revision: newest + 1 }]
  }
  return [
    ...(revisionOf(current) <= newest ? [{ do: 'setRevision' as const, revision: newest + 1 }] : []),
    ...scaleCurrent(seen, current),
    ...(recreates(seen) ? emptyOld(old) : oldScalings(seen).map((scaling) => ({ do: 'scale' as const, ...scaling }))),
    ...forgotten(seen),
  ]
}

function recreates({ deployment }: ObservedDeployment): boolean {
  return deployment.spec.strategy?.type === 'Recreate'
}

function mustWait(seen: ObservedDeployment): boolean {
  return recreates(seen) && seen.oldPods.some((pod) => !isFinished(pod))
}

function scaleCurrent(seen: ObservedDeployment, current: ReplicaSet): DeploymentAction[] {
  const replicas = currentReplicas(seen)
  if (replicas === (current.spec.replicas ?? 1) || mustWait(seen)) return []
  return [{ do: 'scale', replicaSet: current, replicas }]
}

function scaleWhilePaused({ deployment, current, old }: ObservedDeployment): DeploymentAction[] {
  const replicaSet = current ?? old.at(-1)
  const replicas = deployment.spec.replicas ?? 1
  if (replicaSet === undefined || replicaSet.spec.replicas === replicas) return []
  return [{ do: 'scale', replicaSet, replicas }]
}

function emptyOld(old: ReplicaSet[]): DeploymentAction[] {
  return old
    .filter(({ spec }) => (spec.replicas ?? 1) > 0)
    .map((replicaSet) => ({ do: 'scale', replicaSet, replicas: 0 }))
}

/** Old ReplicaSets without pods beyond the history that is kept for roll-backs. */
function forgotten({ deployment, old }: ObservedDeployment): DeploymentAction[] {
  const empty = old.filter(({ spec, status }) => spec.replicas === 0 && (status?.replicas ?? 0) === 0)
  const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10)
  return empty
    .sort((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, surplus))
    .map((replicaSet) => ({ do: 'delete', replicaSet }))
}
