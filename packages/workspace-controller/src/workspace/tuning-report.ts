import type { TuningProgress } from '../workload/tuning/tuning-progress.ts'
import { conditionStates, outdatedConditions } from './conditions.ts'
import { type NodeReport, nodeReport } from './node-report.ts'
import type { Observed } from './observed.ts'
import type { TuningWork } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { Report } from './reported.ts'
import { sooner } from './sooner.ts'
import type { Telling } from './telling.ts'
import { tuningCourse } from './tuning-course.ts'
import { jobEnd } from './tuning-end.ts'

/** What the status of a tuning says; `failure` is why the pass stopped before its end. */
export function tuningReport(seen: Observed, work: TuningWork, failure: Refusal | undefined): Report {
  const { workspace, supply, lack, claimsCondition } = seen
  const progress = tuningCourse(seen, work)
  const { resource, claims, ...nodes } = nodesTold(seen, supply && nodeReport(supply, failure, lack))
  const { started, whole } = workTold(seen, { progress, resource, obstacle: failure ?? lack })
  const waitMs = supply?.phase === 'waiting' || supply?.phase === 'blocked' ? supply.revisitAfterMs : undefined
  const revisitAfterMs = sooner(sooner(progress.revisitAfterMs, nodesEndMs(seen)), waitMs)
  return {
    conditions: conditionStates(workspace, { resource, workload: started, whole, claims, claimsCondition }),
    outdated: outdatedConditions(workspace, claimsCondition),
    state: progress.state,
    ...nodes,
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}

function nodesTold({ hasGivenBack }: Observed, nodes: NodeReport | undefined): Partial<NodeReport> {
  if (!hasGivenBack) return nodes ?? {}
  return { resource: GIVEN_BACK, claims: GIVEN_BACK, workerNodes: [], slots: [] }
}

interface Course {
  progress: TuningProgress
  resource: Telling | undefined
  obstacle: Refusal | undefined
}

/** Before there is a Job, what keeps it; then its own word. */
function workTold(
  { workload }: Observed,
  { progress, resource, obstacle }: Course,
): { started: Telling; whole: Telling } {
  if (workload || progress.done.isTrue) return { started: progress.started, whole: progress.done }
  const started = obstacle ? { isTrue: false, ...obstacle } : progress.started
  return { started, whole: resource?.isTrue === false ? resource : started }
}

const GIVEN_BACK: Telling = {
  isTrue: false,
  reason: WORKSPACE_REASONS.nodesGivenBack,
  message: 'the tuning has ended, and its nodes were given back after tuning.ttlSecondsAfterFinished',
}

function nodesEndMs({ workspace, workload, now, hasGivenBack }: Observed): number | undefined {
  const ttlSeconds = workspace.tuning?.ttlSecondsAfterFinished
  const end = jobEnd(workload)
  if (ttlSeconds === undefined || end === undefined || hasGivenBack) return undefined
  return Math.max(0, end + ttlSeconds * 1000 - now) || undefined
}
