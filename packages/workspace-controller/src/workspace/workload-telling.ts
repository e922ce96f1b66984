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
export function workloadTelling({ supply, deployment, pods = [], now }: Observed): Telling {
  const isWithNodes = supply?.phase === 'ready'
  if (!deployment) {
    const waits = { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'the model waits for its nodes' }
    return isWithNodes ? STARTING : waits
  }
  const { ready, wanted } = replicas(deployment)
  if (ready >= wanted) {
    const message = `${ready} of ${wanted} model servers answer`
    return { isTrue: true, reason: WORKSPACE_REASONS.workloadReady, message }
  }
  const trouble = podTrouble(pods, now) ?? deploymentTrouble(deployment)
  return trouble === undefined
    ? STARTING
    : { isTrue: false, reason: WORKSPACE_REASONS.workloadFailing, message: trouble }
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
function replicas({ metadata, spec, status }: Deployment): { ready: number; wanted: number } {
  const wanted = spec?.replicas ?? 1
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const ready = isObserved ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0
  return { ready, wanted }
}
