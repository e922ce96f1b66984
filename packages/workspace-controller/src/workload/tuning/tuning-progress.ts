import type { Job, Pod } from '@kaito/controller-kit'
import { TRAINER } from '@kaito/presets'
import type { Telling } from '../../workspace/telling.ts'
import { podTrouble, SCHEDULING_PATIENCE_MS } from '../pod-trouble.ts'
import { type Trouble, troubleText } from '../trouble.ts'
import { failureText } from './failure-text.ts'
import { containerFailed, endedBecause, failureOf, logsHint, lost } from './job-end.ts'
import { TUNING_REASONS } from './reasons.ts'
import { containerFailure, currentStep, hasEndedWell, hasRun, isAlive, podsOf, type Step } from './tuning-pod.ts'

interface TuningSeen {
  /** Undefined before it was created. */
  job: Job | undefined
  /** Those of the Workspace, of any Job. */
  pods: readonly Pod[]
  /** Image that the result is pushed as. */
  image: string
  /** Milliseconds since the epoch. */
  now: number
  /** How long a container may take to start before the Job is ended; a fourth of it where somebody must act. */
  startPatienceMs: number
  /** What was last told of the same; words that mean the same stay. */
  before?: { reason?: string | undefined; message?: string | undefined } | undefined
}

export interface TuningProgress {
  /** Whether a container of the Job has run, or a Pod of it was lost. */
  started: Telling
  /** Whether the result was pushed. */
  done: Telling
  state: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  /** When to look again although nothing has changed. */
  revisitAfterMs?: number
  /** Why the Job must be ended, in a sentence: what its Pod waits for does not come. `endingPatch` does it. */
  endBecause?: string
}

/** Of the patience that there is where nothing is known to keep a container, since images of models are large. */
const PARTS_FOR_CORRECTION = 4

/** How far a tuning is, and what keeps it. */
export function tuningProgress(seen: TuningSeen): TuningProgress {
  const { job, image } = seen
  if (!job) return progress('Pending', pending('the tuning waits for its nodes'), false)
  const pods = podsOf(job, seen.pods)
  const hasBegun = pods.some(hasRun) || (job.status?.failed ?? 0) > 0
  if (job.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True')) {
    const told = { reason: TUNING_REASONS.succeeded, message: `the result was pushed as ${image}` }
    return progress('Succeeded', told, true)
  }
  const failure = failureOf(job, pods)
  if (failure) return progress('Failed', failure, hasBegun)
  const [pod] = pods
  const state = hasBegun ? 'Running' : 'Pending'
  if (!pod) return progress(state, pending('the Job has no Pod yet'), hasBegun)
  if (!isAlive(pod)) {
    const told = afterPod(image, job, [pod, ...pods.slice(1)])
    // Kubernetes is about to say the same of the Job.
    return progress(told.reason === TUNING_REASONS.failed ? 'Failed' : state, told, hasBegun)
  }
  const { told, ...rest } = inPod(seen, job, pod)
  return { ...progress(state, told, hasBegun), ...rest }
}

type Told = Omit<Telling, 'isTrue'>

function progress(state: TuningProgress['state'], told: Told, hasBegun: boolean): TuningProgress {
  const started = { isTrue: hasBegun, ...told }
  return { started, done: { isTrue: state === 'Succeeded', ...told }, state }
}

function pending(message: string): Told {
  return { reason: TUNING_REASONS.pending, message }
}

/** Between the end of a Pod and what the Job makes of it. */
function afterPod(image: string, job: Job, pods: [Pod, ...Pod[]]): Told {
  const [pod] = pods
  if (hasEndedWell(pod)) return stepTold('pusher', job, image)
  const failure = containerFailure(pod)
  if (failure) return containerFailed(job, failureText(failure), failure.container)
  // A Pod that is still ending is not among those that the Job has counted.
  const uncounted = pods.filter(({ status }) => status?.phase !== 'Failed').length
  return lost(job, pod, (job.status?.failed ?? 0) + uncounted > mostRestarts(job))
}

function inPod(
  seen: TuningSeen,
  job: Job,
  pod: Pod,
): Pick<TuningProgress, 'revisitAfterMs' | 'endBecause'> & { told: Told } {
  const step = currentStep(pod)
  const trouble = podTrouble([pod], seen.now)
  const name = hasRun(pod) ? step.container : undefined
  const told = trouble ? troubled(trouble, seen.before) : stepTold(name, job, seen.image)
  if (step.isRunning || endedBecause(job) !== undefined) return { told }
  const patienceMs = trouble ? seen.startPatienceMs / PARTS_FOR_CORRECTION : seen.startPatienceMs
  const leftMs = step.since + patienceMs - seen.now
  // A node that takes no Pod now is the Workspace's own matter: nothing of the tuning is wrong.
  if (trouble?.reason === 'Unschedulable') return { told }
  if (leftMs <= 0) return { told, endBecause: tooLate(step, patienceMs, trouble) }
  return { told, revisitAfterMs: isUnscheduled(pod) ? Math.min(SCHEDULING_PATIENCE_MS, leftMs) : leftMs }
}

function troubled(trouble: Trouble, before: TuningSeen['before']): Told {
  const { reason } = trouble
  return { reason, message: troubleText(trouble, before?.reason === reason ? before.message : undefined) }
}

function tooLate({ container }: Step, patienceMs: number, trouble: Trouble | undefined): string {
  const what = `container ${container} did not start within ${patienceMs / 60_000} minutes`
  return trouble ? `${what}: ${[trouble.what, trouble.cause].filter(Boolean).join(': ')}` : what
}

function isUnscheduled({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False') ?? false
}

/** One text from the moment that a step may begin to its end: each change of it would be a write. */
function stepTold(container: string | undefined, job: Job, image: string): Told {
  const unknown = { reason: TUNING_REASONS.pending, does: `container ${container} runs` }
  const { reason, does } = container === undefined ? FIRST : (steps(image)[container] ?? unknown)
  const failed = job.status?.failed ?? 0
  const again = `this is try ${failed + 1} of ${mostRestarts(job) + 1}, from the beginning, since the Pod before was lost`
  const hint = container === undefined ? [] : [logsHint(job, container)]
  return { reason, message: [does, ...(failed > 0 ? [again] : []), ...hint].join('; ') }
}

const FIRST = {
  reason: TUNING_REASONS.pending,
  does: 'the Pod gets its place on a node and the image of its first container',
}

function steps(image: string): Partial<Record<string, { reason: string; does: string }>> {
  const downloading = { reason: TUNING_REASONS.downloading, does: 'the training data is loaded' }
  return {
    'data-downloader': downloading,
    'data-extractor': downloading,
    [TRAINER]: { reason: TUNING_REASONS.training, does: 'the model is trained' },
    packer: { reason: TUNING_REASONS.packing, does: 'the result is packed as the layer of an image' },
    pusher: { reason: TUNING_REASONS.pushing, does: `the result is pushed as ${image}` },
  }
}

/** Kubernetes has 6 where a Job says nothing. */
function mostRestarts({ spec }: Job): number {
  return spec?.backoffLimit ?? 6
}
