import type { Deployment, ReplicaSet } from '../../objects/workloads.ts'

export interface Rollout {
  deployment: Deployment
  /** The ReplicaSet with the current template, once it exists. */
  current: ReplicaSet | undefined
  /** The others, oldest first. */
  old: ReplicaSet[]
}

interface Scaling {
  replicaSet: ReplicaSet
  replicas: number
}

function share(value: number | string | undefined, total: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value ?? '25%')
  return percent ? round((Number(percent[1]) * total) / 100) : 0
}

/** How many pods may be there beyond the wanted ones, and how many may be missing. */
export function rollingLimits({ spec }: Deployment): { surge: number; unavailable: number } {
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: spec.replicas ?? 1 }
  const wanted = spec.replicas ?? 1
  const surge = share(spec.strategy?.rollingUpdate?.maxSurge, wanted, Math.ceil)
  const unavailable = Math.min(share(spec.strategy?.rollingUpdate?.maxUnavailable, wanted, Math.floor), wanted)
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}

function specReplicas(replicaSets: ReplicaSet[]): number {
  return replicaSets.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0)
}

function available(replicaSets: ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0)
}

/** How many replicas the ReplicaSet with the current template has next. */
export function currentReplicas({ deployment, current, old }: Rollout): number {
  const wanted = deployment.spec.replicas ?? 1
  const has = current?.spec.replicas ?? 0
  if (deployment.spec.strategy?.type === 'Recreate') return wanted
  if (has >= wanted) return wanted
  const room = wanted + rollingLimits(deployment).surge - has - specReplicas(old)
  return has + Math.max(0, Math.min(room, wanted - has))
}

/** Takes away old replicas: those that serve nobody first, then as many as may be missing. */
export function oldScalings({ deployment, current, old }: Rollout): Scaling[] {
  const minimum = (deployment.spec.replicas ?? 1) - rollingLimits(deployment).unavailable
  const all = current ? [...old, current] : old
  const starting = (current?.spec.replicas ?? 0) - (current?.status?.availableReplicas ?? 0)
  let removable = specReplicas(all) - minimum - starting
  const left = new Map(old.map((replicaSet) => [replicaSet, replicaSet.spec.replicas ?? 1]))
  function take(replicaSet: ReplicaSet, count: number): number {
    const taken = Math.max(0, Math.min(count, left.get(replicaSet) ?? 0))
    left.set(replicaSet, (left.get(replicaSet) ?? 0) - taken)
    return taken
  }
  for (const replicaSet of old) {
    const idle = (replicaSet.spec.replicas ?? 1) - (replicaSet.status?.availableReplicas ?? 0)
    removable -= take(replicaSet, Math.min(idle, removable))
  }
  let spare = Math.min(available(all) - minimum, removable)
  for (const replicaSet of old) spare -= take(replicaSet, spare)
  return [...left]
    .filter(([replicaSet, replicas]) => replicas !== (replicaSet.spec.replicas ?? 1))
    .map(([replicaSet, replicas]) => ({ replicaSet, replicas }))
}
