import type { Workspace } from '@kaito/api'
import type { Deployment } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import { podTrouble } from '../workload/pod-trouble.ts'
import { type Trouble, troubleText } from '../workload/trouble.ts'
import { usefulLine } from '../workload/useful-line.ts'
import { workloadCondition } from './conditions.ts'
import type { Observed } from './observed.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Telling } from './telling.ts'

/** How far the model server is, as its Deployment and its Pods show. */
export function workloadTelling(seen: Observed): Telling {
  const { workspace, supply, wanted, deployment, pods = [], now } = seen
  const ready = deployment ? readyReplicas(deployment) : 0
  const count = wanted?.deployment.spec?.replicas ?? 1
  if (ready >= count) {
    const message = `${count} of ${count} model servers answer`
    return { isTrue: true, reason: WORKSPACE_REASONS.workloadReady, message }
  }
  if (supply?.phase !== 'ready') {
    const lost = deployment && supply && lostNode(supply)
    return lost ? troubled(lost, workspace) : WAITING
  }
  if (!deployment) return STARTING
  const isScaledDown = (deployment.spec?.replicas ?? 1) < count
  if (isScaledDown) return scaledDown(deployment, count)
  const trouble = podTrouble(pods, now) ?? deploymentTrouble(deployment)
  return trouble ? troubled(trouble, workspace) : STARTING
}

const WAITING: Telling = {
  isTrue: false,
  reason: WORKSPACE_REASONS.nodesNotReady,
  message: 'the model waits for its nodes',
}

/** One text from the first object to the last loaded weight: each change of it would be a write. */
const STARTING: Telling = {
  isTrue: false,
  reason: WORKSPACE_REASONS.workloadStarting,
  message: 'the model server starts and loads its weights',
}

function troubled(trouble: Trouble, workspace: Workspace): Telling {
  const { reason } = trouble
  const type = workloadCondition(workspace)
  const before = workspace.status?.conditions?.find((condition) => condition.type === type)
  return {
    isTrue: false,
    reason,
    message: troubleText(trouble, before?.reason === reason ? before.message : undefined),
  }
}

function scaledDown({ metadata: { name, namespace }, spec }: Deployment, count: number): Telling {
  const command = `kubectl scale deployment ${name} -n ${namespace} --replicas ${count}`
  const message = `Deployment ${name} was scaled to ${spec?.replicas} of ${count} model servers; its nodes still cost money; "${command}" brings them back`
  return { isTrue: false, reason: WORKSPACE_REASONS.workloadFailing, message }
}

function lostNode({ slots }: NodeSupply): Trouble | undefined {
  const lost = slots.find(({ reason, nodeName }) => {
    return nodeName !== undefined && (reason === 'NodeNotReady' || reason === 'NodeNotRegistered')
  })
  if (!lost) return undefined
  const what = `node ${lost.nodeName} is lost, and the model server on it`
  return { reason: 'NodeLost', what, ask: `describe node ${lost.nodeName}` }
}

function deploymentTrouble({ metadata: { name, namespace }, status }: Deployment): Trouble | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: is }) =>
      (type === 'ReplicaFailure' && is === 'True') || (type === 'Progressing' && is === 'False'),
  )
  if (!condition) return undefined
  return {
    reason: WORKSPACE_REASONS.workloadFailing,
    what: `Deployment ${name}: ${condition.reason ?? condition.type}`,
    cause: usefulLine(condition.message),
    ask: `describe deployment ${name} -n ${namespace}`,
  }
}

/** Counts of an older generation say nothing about the wanted one. */
function readyReplicas({ metadata, status }: Deployment): number {
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  return isObserved ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0
}
