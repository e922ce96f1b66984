import type { Workspace } from '@kaito/api'
import type { NodeSupply } from '@kaito/node-provisioner'
import { SCHEDULING_PATIENCE_MS } from '../workload/pod-trouble.ts'
import { conditionStates, outdatedConditions } from './conditions.ts'
import { conflict } from './conflict.ts'
import { isGivenBack } from './given-back.ts'
import { isHeld } from './held.ts'
import { type NodeReport, nodeReport } from './node-report.ts'
import type { Observed } from './observed.ts'
import type { PresetWork, TemplateWork } from './order.ts'
import { isLate, lateMs } from './readiness.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { Report, State } from './reported.ts'
import { sooner } from './sooner.ts'
import type { Telling } from './telling.ts'
import { hasSucceeded } from './tuning-end.ts'
import { tuningReport } from './tuning-report.ts'
import { workloadTelling } from './workload-telling.ts'

const CONFLICT_REVISIT_MS = 60_000
const FAILURE_REVISIT_MS = 30_000
/** Nothing tells when a Secret or a ConfigMap appears. */
const LACK_REVISIT_MS = 30_000
/** Giving a node back takes minutes; only what lasts longer is worth a write. */
const DELETION_PATIENCE_MS = 10 * 60_000

/** `failure` is why the pass stopped before its end, as the user shall read it. */
export function report(seen: Observed, failure?: Refusal): Report {
  const { workspace, refusal, order, supply } = seen
  if (workspace.metadata.deletionTimestamp) return deletionReport(seen, failure)
  if (refusal)
    return hasSucceeded(workspace) ? { conditions: undefined } : { ...refused(seen, refusal), state: 'Failed' }
  if (!isHeld(workspace) || !order) return { conditions: undefined }
  const obstacle = conflict(seen)
  if (obstacle) return { ...refused(seen, obstacle), revisitAfterMs: CONFLICT_REVISIT_MS }
  if (isGivenBack(workspace)) return givenBackReport(seen, failure)
  const told =
    order.work.kind === 'tuning'
      ? tuningReport(seen, order.work, failure)
      : supply && inferenceReport(seen, { work: order.work, supply }, failure)
  if (!told) return { conditions: undefined }
  const retryMs = failure ? FAILURE_REVISIT_MS : seen.lack && LACK_REVISIT_MS
  const revisitAfterMs = sooner(told.revisitAfterMs, retryMs)
  return { ...told, ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }) }
}

interface Serving {
  work: PresetWork | TemplateWork
  supply: NodeSupply
}

function inferenceReport(seen: Observed, { work, supply }: Serving, failure: Refusal | undefined): Report {
  const { workspace, claimsCondition, lack } = seen
  const workload = servedTelling(seen, work, failure ?? lack)
  const { resource, claims, ...nodes } = givenUp(seen, work, nodeReport(supply, failure, lack))
  const whole = wholeTelling(resource, workload)
  const revisitAfterMs = revisit(seen, { work, supply }, workload)
  return {
    conditions: conditionStates(workspace, { resource, workload, whole, claims, claimsCondition }),
    outdated: outdatedConditions(workspace, claimsCondition),
    state: inferenceState(workspace, resource, whole.isTrue),
    ...nodes,
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}

function servedTelling(seen: Observed, work: PresetWork | TemplateWork, obstacle: Refusal | undefined): Telling {
  const isBlocked = obstacle && seen.supply?.phase === 'ready'
  return isBlocked ? { isTrue: false, ...obstacle } : workloadTelling(seen, work)
}

/** Told before anything is given back, so that a crash in between cannot have nodes bought again. */
function givenUp(seen: Observed, { readiness }: PresetWork | TemplateWork, nodes: NodeReport): NodeReport {
  if (!readiness.givesBackNodes || !isLate(seen, readiness)) return nodes
  const message = `the model server did not answer within ${readiness.timeoutMinutes} minutes, and its nodes are given back; correct what InferenceReady says, then change the Workspace`
  const resource = { isTrue: false, reason: WORKSPACE_REASONS.nodesGivenBack, message }
  return { ...nodes, resource, claims: resource }
}

function wholeTelling(resource: Telling, workload: Telling): Telling {
  const failing = [resource, workload].find(({ isTrue }) => !isTrue)
  const message = 'the model answers at the Service of the same name'
  return failing ?? { isTrue: true, reason: WORKSPACE_REASONS.workspaceReady, message }
}

/** `NotReady` tells that it answered before, which no other fact of the cluster keeps. */
function inferenceState({ status }: Workspace, resource: Telling, isReady: boolean): State {
  if (isReady) return 'Ready'
  if (resource.reason === WORKSPACE_REASONS.nodesGivenBack) return 'Failed'
  return status?.state === 'Ready' || status?.state === 'NotReady' ? 'NotReady' : 'Pending'
}

/** Most of what is waited for announces itself; only what lasts too long does not. */
function revisit(seen: Observed, { work, supply }: Serving, workload: Telling): number | undefined {
  if (supply.phase === 'waiting' || supply.phase === 'blocked') return supply.revisitAfterMs
  if (workload.isTrue) return undefined
  const patienceMs = workload.reason === WORKSPACE_REASONS.workloadStarting ? SCHEDULING_PATIENCE_MS : undefined
  return sooner(patienceMs, lateMs(seen, work.readiness))
}

/** All is told already; only what is gone must no longer be on record. */
function givenBackReport({ hasGivenBack }: Observed, failure: Refusal | undefined): Report {
  if (hasGivenBack) return { conditions: [], slots: [], workerNodes: [] }
  return { conditions: undefined, ...(failure && { revisitAfterMs: FAILURE_REVISIT_MS }) }
}

function deletionReport(seen: Observed, failure: Refusal | undefined): Report {
  if (!failure) return { conditions: undefined }
  const { workspace, now } = seen
  const patienceMs = Date.parse(workspace.metadata.deletionTimestamp ?? '') + DELETION_PATIENCE_MS - now
  if (failure.reason === 'Deleting' && patienceMs > 0) return { conditions: undefined, revisitAfterMs: patienceMs }
  return refused(seen, failure)
}

function refused({ workspace, claimsCondition }: Observed, obstacle: Refusal): Report {
  const telling = { isTrue: false, ...obstacle }
  const tellings = { resource: telling, workload: telling, whole: telling, claimsCondition }
  return {
    conditions: conditionStates(workspace, tellings),
    outdated: outdatedConditions(workspace, claimsCondition),
    state: refusedState(workspace),
  }
}

/** What a tuning or a server has come to is not forgotten because something stands in its way now. */
function refusedState({ tuning, status }: Workspace): State {
  const { state } = status ?? {}
  if (tuning && (state === 'Succeeded' || state === 'Failed')) return state
  return state === 'Ready' || state === 'NotReady' ? 'NotReady' : 'Pending'
}
