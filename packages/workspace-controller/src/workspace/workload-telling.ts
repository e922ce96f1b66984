import type { Workspace } from '@kaito/api'
import type { NodeSupply } from '@kaito/node-provisioner'
import { podTrouble } from '../workload/pod-trouble.ts'
import { type Trouble, troubleText } from '../workload/trouble.ts'
import { usefulLine } from '../workload/useful-line.ts'
import type { Workload } from '../workload/workload.ts'
import { workloadCondition } from './conditions.ts'
import type { Observed } from './observed.ts'
import type { PresetWork, TemplateWork } from './order.ts'
import { isLate } from './readiness.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Telling } from './telling.ts'

/** How far the model server is, as its workload and its Pods show. */
export function workloadTelling(seen: Observed, work: PresetWork | TemplateWork): Telling {
  const telling = progress(seen)
  if (telling.isTrue || !isLate(seen, work.readiness)) return telling
  return late(seen, work, telling)
}

function progress(seen: Observed): Telling {
  const { workspace, supply, order, workload, pods = [], now } = seen
  const server = workload?.kind === 'Job' ? undefined : workload
  const ready = server ? readyReplicas(server) : 0
  const count = order?.nodes.count ?? 1
  if (ready >= count) {
    const message = `${count} of ${count} model servers answer`
    return { isTrue: true, reason: WORKSPACE_REASONS.workloadReady, message }
  }
  if (supply?.phase !== 'ready') {
    const lost = server && supply && lostNode(supply)
    return lost ? troubled(lost, workspace) : WAITING
  }
  if (!server) return STARTING
  const isScaledDown = (server.spec?.replicas ?? 1) < count
  if (isScaledDown) return scaledDown(server, count)
  const trouble = podTrouble(pods, now) ?? stalled(server)
  return trouble ? troubled(trouble, workspace) : STARTING
}

/** How the message of a late server begins. */
const LATE = /^no answer within \d+ minutes; [^;]*; /

/** It keeps its reason where there is one that says more than that time has passed. */
function late(
  { workspace: { metadata } }: Observed,
  { readiness }: PresetWork | TemplateWork,
  telling: Telling,
): Telling {
  const since = `no answer within ${readiness.timeoutMinutes} minutes`
  const cost = 'its nodes cost money until the Workspace is corrected or deleted'
  if (telling.reason !== WORKSPACE_REASONS.workloadStarting) {
    return { ...telling, message: `${since}; ${cost}; ${telling.message}` }
  }
  const ask = `"kubectl logs -l kaito.sh/workspace=${metadata.name} -n ${metadata.namespace}" says more`
  return { isTrue: false, reason: WORKSPACE_REASONS.notReadyInTime, message: `${since}; ${cost}; ${ask}` }
}

type Server = Exclude<Workload, { kind: 'Job' }>

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
    message: troubleText(trouble, before?.reason === reason ? before.message.replace(LATE, '') : undefined),
  }
}

function scaledDown({ kind, metadata: { name, namespace }, spec }: Server, count: number): Telling {
  const command = `kubectl scale ${kind.toLowerCase()} ${name} -n ${namespace} --replicas ${count}`
  const message = `${kind} ${name} was scaled to ${spec?.replicas} of ${count} model servers; its nodes still cost money; "${command}" brings them back`
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

function stalled({ kind, metadata: { name, namespace }, status }: Server): Trouble | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: is }) =>
      (type === 'ReplicaFailure' && is === 'True') || (type === 'Progressing' && is === 'False'),
  )
  if (!condition) return undefined
  return {
    reason: WORKSPACE_REASONS.workloadFailing,
    what: `${kind} ${name}: ${condition.reason ?? condition.type}`,
    cause: usefulLine(condition.message),
    ask: `describe ${kind.toLowerCase()} ${name} -n ${namespace}`,
  }
}

/** Counts of an older generation say nothing about the wanted one. */
function readyReplicas({ metadata, status }: Server): number {
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  return isObserved ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0
}
