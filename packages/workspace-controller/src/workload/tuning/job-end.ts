import type { Job, MergePatch, Pod } from '@kaito/controller-kit'
import { usefulLine } from '../useful-line.ts'
import { failureText } from './failure-text.ts'
import { TUNING_REASONS } from './reasons.ts'
import { containerFailure, hasTrained, lossReason } from './tuning-pod.ts'

/** On a Job that we ended: why, as its Pods go with it and cannot tell any more. */
const ENDED_BECAUSE_ANNOTATION = 'kaito.sh/ended-because'

interface Told {
  reason: string
  message: string
}

/** Lets Kubernetes end the Job, which then has failed for good and keeps the reason. */
export function endingPatch(because: string): MergePatch {
  return { metadata: { annotations: { [ENDED_BECAUSE_ANNOTATION]: because } }, spec: { activeDeadlineSeconds: 1 } }
}

/** Why we had the Job ended, which takes Kubernetes a moment. */
export function endedBecause({ metadata }: Job): string | undefined {
  return metadata.annotations?.[ENDED_BECAUSE_ANNOTATION]
}

/** Why the Job has failed; undefined while it has not. `pods` are its own, the newest first. */
export function failureOf(job: Job, pods: readonly Pod[]): Told | undefined {
  const condition = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  if (!condition) return undefined
  if (condition.reason === 'BackoffLimitExceeded') return lostTooOften(job, pods)
  if (condition.reason === 'DeadlineExceeded') {
    return failed(job, endedBecause(job) ?? 'the Job took longer than its activeDeadlineSeconds allows')
  }
  const [failure] = pods.flatMap((pod) => containerFailure(pod) ?? [])
  if (failure) return containerFailed(job, failureText(failure), failure.container)
  const words = usefulLine(condition.message)
  return (
    rememberedFailure(job, words) ??
    failed(job, `the Job failed (${condition.reason ?? 'no reason'})${words === undefined ? '' : `: ${words}`}`)
  )
}

/** How a Job names the container that failed, in which the Pod itself is not there any more. */
const REMEMBERED = /Container (\S+) for pod \S+ failed with exit code (\d+)/

function rememberedFailure(job: Job, words = ''): Told | undefined {
  const [, container, exitCode] = REMEMBERED.exec(words) ?? []
  if (container === undefined) return undefined
  return failed(job, failureText({ container, end: { exitCode: Number(exitCode) }, isDeleted: false }))
}

/** The same words before and after the Job has noticed: each change of them is a write. */
export function containerFailed(job: Job, what: string, container: string): Told {
  return failed(job, `${what}; ${logsHint(job, container)}`)
}

export function logsHint({ metadata: { name, namespace } }: Job, container: string): string {
  return `"kubectl logs job/${name} -n ${namespace} -c ${container}" says more`
}

/** The Pod was lost, and another one follows it unless it was the last. */
export function lost(job: Job, pod: Pod, isLast: boolean): Told {
  const node = pod.spec?.nodeName
  const why = `${node === undefined ? '' : `from node ${node}, `}${lossReason(pod)}`
  const isResultLost = hasTrained(pod)
  const what = isResultLost
    ? `the model was trained, and the result was lost before it was pushed: Pod ${pod.metadata.name} was taken away (${why})`
    : `Pod ${pod.metadata.name} was taken away before the model was trained (${why})`
  if (isLast) return failed(job, what, isResultLost ? TUNING_REASONS.resultLost : TUNING_REASONS.failed)
  const reason = isResultLost ? TUNING_REASONS.resultLost : TUNING_REASONS.pending
  return { reason, message: `${what}; the tuning starts again from the beginning` }
}

function lostTooOften(job: Job, pods: readonly Pod[]): Told {
  const [last] = pods
  if (last) return lost(job, last, true)
  return failed(job, `the Pods of all tries (${job.status?.failed ?? 'number unknown'}) were taken away`)
}

function failed({ metadata: { name, namespace } }: Job, what: string, reason: string = TUNING_REASONS.failed): Told {
  const again = `"kubectl delete job ${name} -n ${namespace}" makes another try`
  return { reason, message: `${what}; nothing tries again by itself: ${again}` }
}
