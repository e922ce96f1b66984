import { isActive, isFinished, type Pod } from '../../objects/pod.ts'
import type { Job } from '../../objects/workloads.ts'
import { failsJob, isIgnored } from './pod-failure-policy.ts'

const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'
const FIRST_BACK_OFF_MS = 10_000
const LONGEST_BACK_OFF_MS = 360_000
const DEFAULT_BACK_OFF_LIMIT = 6

interface Verdict {
  type: 'Complete' | 'Failed'
  reason: string
  message: string
}

export interface ObservedJob {
  job: Job
  pods: Pod[]
  nowMs: number
}

export type JobAction = { do: 'create'; index?: number } | { do: 'deletePod'; pod: Pod } | { do: 'deleteJob' }

export interface JobPlan {
  actions: JobAction[]
  verdict?: Verdict
  /** With a verdict: how many Pods count as failed. Once the Job has failed, so has each of its Pods that still ran. */
  failed?: number
  revisitMs?: number
}

export function finishedCondition({ status }: Job) {
  return status?.conditions?.find(
    (each) => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True',
  )
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed'
}

export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[COMPLETION_INDEX] ?? Number.NaN)
}

export function indexAnnotation(index: number): Record<string, string> {
  return { [COMPLETION_INDEX]: String(index) }
}

export function succeeded({ job, pods }: ObservedJob): Pod[] {
  const done = pods.filter(({ status }) => status?.phase === 'Succeeded')
  return isIndexed(job) ? [...new Map(done.map((pod) => [indexOf(pod), pod])).values()] : done
}

/** Pods that count as failures, those that were replaced while they still ran among them. */
export function failed({ job, pods }: ObservedJob): Pod[] {
  return pods.filter((pod) => pod.status?.phase === 'Failed' && !isIgnored(job, pod))
}

export function planJob(seen: ObservedJob): JobPlan {
  const { job, pods, nowMs } = seen
  const finished = finishedCondition(job)
  if (job.metadata.deletionTimestamp !== undefined) return { actions: [] }
  if (finished) return planExpiry(job, Date.parse(finished.lastTransitionTime ?? ''), nowMs)
  const active = pods.filter(isActive)
  const verdict = judge(seen)
  if (verdict || job.spec.suspend) {
    const actions = active.map((pod): JobAction => ({ do: 'deletePod', pod }))
    if (!verdict) return { actions }
    const cutOff = verdict.type === 'Failed' ? pods.filter((pod) => !isFinished(pod)) : []
    return { actions, verdict, failed: failed(seen).length + cutOff.length }
  }
  return planPods(seen, active)
}

function planExpiry({ spec }: Job, finishedMs: number, nowMs: number): JobPlan {
  if (spec.ttlSecondsAfterFinished === undefined) return { actions: [] }
  const leftMs = finishedMs + spec.ttlSecondsAfterFinished * 1000 - nowMs
  return leftMs <= 0 ? { actions: [{ do: 'deleteJob' }] } : { actions: [], revisitMs: leftMs }
}

function judge(seen: ObservedJob): Verdict | undefined {
  const { job, pods } = seen
  const fatal = pods.map((pod) => failsJob(job, pod)).find((message) => message !== undefined)
  if (fatal) return { type: 'Failed', reason: 'PodFailurePolicy', message: fatal }
  if (isComplete(seen)) {
    return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  }
  if (failed(seen).length + restarts(pods) > (job.spec.backoffLimit ?? DEFAULT_BACK_OFF_LIMIT)) {
    const message = 'Job has reached the specified backoff limit'
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message }
  }
  if ((deadlineMs(seen) ?? 1) <= 0) {
    const message = 'Job was active longer than specified deadline'
    return { type: 'Failed', reason: 'DeadlineExceeded', message }
  }
  return undefined
}

function isComplete(seen: ObservedJob): boolean {
  const { completions } = seen.job.spec
  const done = succeeded(seen).length
  // Without a number of completions one success says that the work is done, once the others have ended too.
  if (completions === undefined) return done > 0 && !seen.pods.some(isActive)
  return done >= completions
}

/** Restarts of containers within pods count like failed pods. */
function restarts(pods: Pod[]): number {
  const counts = pods
    .filter(({ spec, status }) => spec.restartPolicy === 'OnFailure' && status?.phase === 'Running')
    .flatMap(({ status }) => status?.containerStatuses ?? [])
  return counts.reduce((sum, { restartCount }) => sum + restartCount, 0)
}

function deadlineMs({ job, nowMs }: ObservedJob): number | undefined {
  const { activeDeadlineSeconds } = job.spec
  if (activeDeadlineSeconds === undefined || job.status?.startTime === undefined) return undefined
  return Date.parse(job.status.startTime) + activeDeadlineSeconds * 1000 - nowMs
}

function planPods(seen: ObservedJob, active: Pod[]): JobPlan {
  const { job } = seen
  const parallelism = job.spec.parallelism ?? 1
  const remaining = job.spec.completions === undefined ? parallelism : job.spec.completions - succeeded(seen).length
  const wanted = Math.min(parallelism, remaining)
  const surplus = active.slice(Math.max(0, wanted))
  const deadline = deadlineMs(seen)
  const revisit = deadline === undefined ? {} : { revisitMs: deadline }
  if (surplus.length > 0) return { actions: surplus.map((pod) => ({ do: 'deletePod', pod })), ...revisit }
  const isWorkQueueDone = job.spec.completions === undefined && succeeded(seen).length > 0
  const missing = isWorkQueueDone ? 0 : wanted - active.length
  const waitMs = missing > 0 ? backOffMs(seen) : 0
  if (waitMs > 0) return { actions: [], revisitMs: Math.min(waitMs, deadline ?? waitMs) }
  const actions = newPods(seen, active, missing)
  return { actions, ...revisit }
}

function newPods({ job, pods }: ObservedJob, active: Pod[], count: number): JobAction[] {
  if (!isIndexed(job)) return Array.from({ length: Math.max(0, count) }, () => ({ do: 'create' }))
  const taken = new Set([...active, ...pods.filter(({ status }) => status?.phase === 'Succeeded')].map(indexOf))
  const free = Array.from({ length: job.spec.completions ?? 0 }, (_none, index) => index).filter((i) => !taken.has(i))
  return free.slice(0, Math.max(0, count)).map((index) => ({ do: 'create', index }))
}

/** A failed pod is replaced after a pause that doubles with each failure. */
function backOffMs(seen: ObservedJob): number {
  const failures = failed(seen)
  if (failures.length === 0) return 0
  const lastMs = Math.max(...failures.filter(isFinished).map(endedMs))
  const pauseMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures.length - 1), LONGEST_BACK_OFF_MS)
  return lastMs + pauseMs - seen.nowMs
}

function endedMs({ status, metadata }: Pod): number {
  const ends = (status?.containerStatuses ?? []).flatMap(({ state }) => state.terminated?.finishedAt ?? [])
  return Math.max(Date.parse(metadata.creationTimestamp ?? ''), ...ends.map((end) => Date.parse(end)))
}
