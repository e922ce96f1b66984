import { type Condition, withCondition } from '../../objects/condition.ts'
import type { ReplicaSet } from '../../objects/workloads.ts'
import { type Rollout, rollingLimits } from './rolling-update.ts'

const DEFAULT_DEADLINE_SECONDS = 600

interface Counts {
  replicas: number
  updatedReplicas: number
  readyReplicas: number
  availableReplicas: number
  unavailableReplicas: number
}

function sum(replicaSets: ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number {
  return replicaSets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0)
}

function counts({ deployment, current, old }: Rollout): Counts {
  const all = current ? [...old, current] : old
  const wanted = deployment.spec.replicas ?? 1
  const availableReplicas = sum(all, 'availableReplicas')
  return {
    replicas: sum(all, 'replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, Math.max(wanted, sum(all, 'replicas')) - availableReplicas),
  }
}

/** The status to write, and when the progress deadline has to be looked at again. */
export function reportDeployment(rollout: Rollout, now: string): { status: object; revisitMs?: number } {
  const { deployment } = rollout
  const before = deployment.status
  const counted = counts(rollout)
  const progressing = progressCondition(rollout, counted, now)
  let conditions = withCondition(before?.conditions ?? [], availableCondition(rollout, counted), now)
  conditions = conditions.map((condition) => {
    const earlier = before?.conditions?.find(({ type }) => type === condition.type)
    const changed = earlier?.status !== condition.status || earlier?.reason !== condition.reason
    return {
      ...condition,
      lastUpdateTime: changed ? now : (condition.lastUpdateTime ?? earlier?.lastUpdateTime ?? now),
    }
  })
  if (progressing) conditions = withCondition(conditions, progressing.condition, now)
  return {
    status: {
      observedGeneration: deployment.metadata.generation,
      ...Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
      conditions,
    },
    ...(progressing?.revisitMs === undefined ? {} : { revisitMs: progressing.revisitMs }),
  }
}

function availableCondition({ deployment }: Rollout, { availableReplicas }: Counts): Condition {
  const enough = availableReplicas >= (deployment.spec.replicas ?? 1) - rollingLimits(deployment).unavailable
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
}

function progressCondition(rollout: Rollout, counted: Counts, now: string) {
  const { deployment, current } = rollout
  if (deployment.spec.paused || current === undefined) return undefined
  const name = `ReplicaSet "${current.metadata.name}"`
  const earlier = deployment.status?.conditions?.find(({ type }) => type === 'Progressing')
  const progressing = { type: 'Progressing', status: 'True' }
  // A roll-out that has ended once is over: pods that fail later are no progress that could be late.
  const isOver = earlier?.reason === 'NewReplicaSetAvailable' && earlier.message?.startsWith(name)
  if (isOver && counted.replicas === counted.updatedReplicas) return { condition: earlier }
  if (isComplete(rollout, counted)) {
    const message = `${name} has successfully progressed.`
    return { condition: { ...progressing, reason: 'NewReplicaSetAvailable', message, lastUpdateTime: now } }
  }
  const lastUpdateTime = hasMoved(rollout, counted) ? now : (earlier?.lastUpdateTime ?? now)
  const deadlineMs = (deployment.spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS) * 1000
  const revisitMs = Date.parse(lastUpdateTime) + deadlineMs - Date.parse(now)
  if (revisitMs <= 0) {
    const message = `${name} has timed out progressing.`
    return {
      condition: { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message, lastUpdateTime },
    }
  }
  const message = `${name} is progressing.`
  return { condition: { ...progressing, reason: 'ReplicaSetUpdated', message, lastUpdateTime }, revisitMs }
}

function isComplete({ deployment }: Rollout, counted: Counts): boolean {
  const wanted = deployment.spec.replicas ?? 1
  return counted.updatedReplicas === wanted && counted.replicas === wanted && counted.availableReplicas >= wanted
}

/** Something about the roll-out is further than it was when the status was written last. */
function hasMoved({ deployment }: Rollout, counted: Counts): boolean {
  const before = deployment.status
  if (before?.observedGeneration !== deployment.metadata.generation) return true
  return (
    counted.updatedReplicas > (before?.updatedReplicas ?? 0) ||
    counted.readyReplicas > (before?.readyReplicas ?? 0) ||
    counted.availableReplicas > (before?.availableReplicas ?? 0) ||
    counted.replicas - counted.updatedReplicas < (before?.replicas ?? 0) - (before?.updatedReplicas ?? 0)
  )
}
