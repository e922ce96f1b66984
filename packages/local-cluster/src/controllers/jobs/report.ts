import { type Condition, withCondition } from '../../objects/condition.ts'
import { isActive, isReady } from '../../objects/pod.ts'
import { failed, finishedCondition, indexOf, isIndexed, type JobPlan, type ObservedJob, succeeded } from './plan.ts'

/** The status to write; `now` is RFC 3339. */
export function reportJob(seen: ObservedJob, { verdict, failed: failures }: JobPlan, now: string): object {
  const { job, pods } = seen
  const before = job.status ?? {}
  if (finishedCondition(job)) return before
  const active = verdict ? [] : pods.filter(isActive)
  const ready = active.filter(isReady).length
  const counts = {
    active: active.length,
    ready,
    succeeded: succeeded(seen).length,
    failed: failures ?? failed(seen).length,
  }
  const { active: _a, ready: _r, succeeded: _s, failed: _f, completedIndexes: _c, ...rest } = before
  return {
    ...rest,
    startTime: before.startTime ?? (job.spec.suspend ? undefined : now),
    ...Object.fromEntries(Object.entries(counts).filter(([name, count]) => count > 0 || name === 'ready')),
    ...(isIndexed(job) ? { completedIndexes: ranges(succeeded(seen).map(indexOf)) } : {}),
    terminating: pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length,
    ...(verdict?.type === 'Complete' ? { completionTime: now } : {}),
    ...conditionsOf(seen, verdict, now),
  }
}

function conditionsOf({ job }: ObservedJob, verdict: JobPlan['verdict'], now: string): { conditions?: Condition[] } {
  const before = job.status?.conditions ?? []
  const wanted: Condition[] = []
  if (verdict) {
    const { type, reason, message } = verdict
    const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
    wanted.push({ type: first, status: 'True', reason, message }, { type, status: 'True', reason, message })
  } else if (job.spec.suspend) {
    wanted.push({ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' })
  } else if (before.some(({ type }) => type === 'Suspended')) {
    wanted.push({ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' })
  }
  const conditions = wanted.reduce((all, condition) => withCondition(all, condition, now), before)
  return conditions.length === 0 ? {} : { conditions }
}

/** Numbers as Kubernetes shows them: `0,2-4`. */
function ranges(numbers: number[]): string {
  const groups: number[][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = groups.at(-1)
    if (last !== undefined && last.at(-1) === number - 1) last.push(number)
    else groups.push([number])
  }
  return groups.map((group) => (group.length < 2 ? `${group[0]}` : `${group[0]}-${group.at(-1)}`)).join(',')
}
