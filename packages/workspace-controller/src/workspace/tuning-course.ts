import { WORKSPACE_CONDITIONS, type Workspace } from '@kaito/api'
import { TUNING_REASONS } from '../workload/tuning/reasons.ts'
import { type TuningProgress, tuningProgress } from '../workload/tuning/tuning-progress.ts'
import type { Observed } from './observed.ts'
import type { TuningWork } from './order.ts'
import type { Telling } from './telling.ts'
import { hasSucceeded } from './tuning-end.ts'

const { jobStarted, workspaceSucceeded } = WORKSPACE_CONDITIONS

/** How far a tuning is. Of a result that is there nothing more is asked, also when somebody has removed its Job. */
export function tuningCourse({ workspace, workload, pods = [], now }: Observed, work: TuningWork): TuningProgress {
  const job = workload?.kind === 'Job' ? workload : undefined
  if (!job && hasSucceeded(workspace)) {
    return {
      started: recorded(workspace, jobStarted),
      done: recorded(workspace, workspaceSucceeded),
      state: 'Succeeded',
    }
  }
  const before = conditionOf(workspace, jobStarted)
  return tuningProgress({ job, pods, image: work.output.image, now, startPatienceMs: work.startPatienceMs, before })
}

function recorded(workspace: Workspace, type: string): Telling {
  const { reason = TUNING_REASONS.succeeded, message = '' } = conditionOf(workspace, type) ?? {}
  return { isTrue: true, reason, message }
}

function conditionOf({ status }: Workspace, type: string) {
  return status?.conditions?.find((condition) => condition.type === type)
}
