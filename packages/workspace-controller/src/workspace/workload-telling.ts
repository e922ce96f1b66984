import type { Deployment } from '@kaito/controller-kit'
import { podTrouble } from '../workload/pod-trouble.ts'
import type { Observed } from './observed.ts'
import { WORKSPACE_REASONS } from './reasons.ts'

/** What a condition says. */
export interface Telling {
  isTrue: boolean
  reason: string
  message: string
}

/** How far the model server is, as its Deployment and its Pods show. */
export function workloadTelling({ supply, wanted, deployment, pods = [], now }: Observed): Telling {
  const ready = deployment ? readyReplicas(deployment) : 0
  const count = wanted?.deployment.spec?.replicas ?? 1
  if (ready >= count) {
    const message = `${count} of ${count} model servers answer`
    return { isTrue: true, reason: WORKSPACE_REASONS.workloadReady, message }
  }
  if (supply?.phase !== 'ready') {
    return { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'the model waits for its nodes' }
  }
  const trouble =
    deployment && (scaledDown(deployment, count) ?? podTrouble(pods, now) ?? deploymentTrouble(deployment))
  return trouble === undefined
    ? STARTING
    : { isTrue: false, reason: WORKSPACE_REASONS.workloadFailing, message: trouble }
}

function scaledDown({ metadata: { name, namespace }, spec }: Deployment, count: number): string | undefined {
  const replicas = spec?.replicas ?? 1
  if (replicas >= count) return undefined
  const command = `kubectl scale deployment ${name} -n ${namespace} --replicas ${count}`
  return `Deployment ${name} was scaled to ${replicas} of ${count} model servers; its nodes still cost money; "${command}" brings them back`
}

/** One text from the first object to the last loaded weight: each change of it would be a write. */
const STARTING: Telling = {
  isTrue: false,
  reason: WORKSPACE_REASONS.workloadStarting,
  message: 'the model server starts and loads its weights',
}

function deploymentTrouble({ status }: Deployment): string | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: is }) =>
      (type === 'ReplicaFailure' && is === 'True') || (type === 'Progressing' && is === 'False'),
  )
  return condition && `${condition.reason ?? condition.type}: ${condition.message ?? ''}`
}

/** Counts of an older generation say nothing about the wanted one. */
function readyReplicas({ metadata, status }: Deployment): number {
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  return isObserved ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0
}
