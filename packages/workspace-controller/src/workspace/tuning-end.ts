import type { Workspace } from '@kaito/api'
import type { Workload } from '../workload/workload.ts'

/** When the Job of a tuning ended, in milliseconds since the epoch; undefined while it has not. */
export function jobEnd(workload: Workload | undefined): number | undefined {
  if (workload?.kind !== 'Job') return undefined
  const end = (workload.status?.conditions ?? []).find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  return end && Date.parse(end.lastTransitionTime ?? workload.status?.completionTime ?? '')
}

/** The result of a tuning is kept, also when its Job is removed later: it is not made a second time. */
export function hasSucceeded({ tuning, status }: Workspace): boolean {
  return tuning !== undefined && status?.state === 'Succeeded'
}

/** Whether a tuning needs its nodes no longer: it has ended, and they were to be kept for so long. */
export function hasOutlivedNodes(workspace: Workspace, workload: Workload | undefined, now: number): boolean {
  const ttlSeconds = workspace.tuning?.ttlSecondsAfterFinished
  if (ttlSeconds === undefined) return false
  const end = jobEnd(workload)
  if (end === undefined) return hasSucceeded(workspace) && workload === undefined
  return now >= end + ttlSeconds * 1000
}
