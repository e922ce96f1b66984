import type { Deployment } from '@kaito/controller-kit'
import type { Observed } from './observed.ts'
import { WORKSPACE_REASONS } from './reasons.ts'

/** What a condition says. */
export interface Telling {
  isTrue: boolean
  reason: string
  message: string
}

/** How far the model server is, as its Deployment shows. */
export function workloadTelling({ workspace, supply, deployment }: Observed): Telling {
  if (!deployment) {
    const waits = { isTrue: false, reason: WORKSPACE_REASONS.nodesNotReady, message: 'the model waits for its nodes' }
    return supply?.phase === 'ready' ? starting('the model server is being created') : waits
  }
  const { ready, wanted } = replicas(deployment)
  if (ready >= wanted) {
    const message = `${ready} of ${wanted} model servers answer`
    return { isTrue: true, reason: WORKSPACE_REASONS.workloadReady, message }
  }
  const trouble = deployment.status?.conditions?.find(
    ({ type, status }) =>
      (type === 'ReplicaFailure' && status === 'True') || (type === 'Progressing' && status === 'False'),
  )
  if (!trouble) return starting('the model server loads its weights')
  const message = `${trouble.reason ?? trouble.type}: ${trouble.message ?? ''}; see "kubectl describe pod -n ${workspace.metadata.namespace} -l kaito.sh/workspace=${workspace.metadata.name}"`
  return { isTrue: false, reason: WORKSPACE_REASONS.workloadFailing, message }
}

function starting(message: string): Telling {
  return { isTrue: false, reason: WORKSPACE_REASONS.workloadStarting, message }
}

/** Counts of an older generation say nothing about the wanted one. */
function replicas({ metadata, spec, status }: Deployment): { ready: number; wanted: number } {
  const wanted = spec?.replicas ?? 1
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const ready = isObserved ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0
  return { ready, wanted }
}
