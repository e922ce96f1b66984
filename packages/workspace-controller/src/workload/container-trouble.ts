import type { Pod } from '@kaito/controller-kit'
import type { PodReason } from '../workspace/reasons.ts'
import { usefulLine } from './useful-line.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

export interface ContainerTrouble {
  reason: PodReason
  what: string
  cause: string | undefined
  /** What to ask kubectl about the Pod. */
  verb: 'describe pod' | 'logs --previous'
}

/** A kubelet's words for a pull that fails; the first two come in turn. */
const PULL_FAILURES = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])
const CANNOT_START = 'the container cannot be started'
/** A kubelet's words for a container that will not start without somebody's help. */
const START_FAILURES: Partial<Record<string, string>> = {
  CreateContainerConfigError: 'the container cannot be configured',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: CANNOT_START,
}
/** A runtime's words for a container whose program never ran; they come in turn with RunContainerError. */
const NEVER_RAN = new Set(['StartError', 'ContainerCannotRun'])
/** Between two tries a kubelet puts this before the cause; older ones say nothing else. */
const BACK_OFF = /^Back-off pulling image "[^"]*"(?:: (?:[A-Z]\w+: )?)?/

/**
 * What keeps one container from serving; the same while it starts, ends and waits in turn. `program` says what runs in it,
 * as the subject of a sentence.
 */
export function containerTrouble(status: ContainerStatus, program: string): ContainerTrouble | undefined {
  const { ready, restartCount, state, lastState } = status
  const { reason: waits = '', message } = state?.waiting ?? {}
  if (PULL_FAILURES.has(waits)) {
    const cause = usefulLine(message?.replace(BACK_OFF, ''))
    return { reason: 'ImagePullError', what: 'the image cannot be pulled', cause, verb: 'describe pod' }
  }
  const end = state?.terminated ?? lastState?.terminated
  const hasNeverRun = NEVER_RAN.has(end?.reason ?? '')
  const isEnding = !ready && (restartCount > 0 || waits === 'CrashLoopBackOff')
  const what = START_FAILURES[waits] ?? (isEnding && hasNeverRun ? CANNOT_START : undefined)
  if (what !== undefined) {
    const cause = usefulLine(hasNeverRun ? end?.message : message)
    return { reason: 'ContainerStartError', what, cause, verb: 'describe pod' }
  }
  return isEnding ? ending(end, program) : undefined
}

type End = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

function ending(end: End | undefined, program: string): ContainerTrouble {
  const cause = usefulLine(end?.message)
  if (end?.reason === 'OOMKilled') {
    const what = `${program} used more memory than its node has left and was ended (OOMKilled)`
    return { reason: 'ContainerOOMKilled', what, cause, verb: 'describe pod' }
  }
  const how = `exit code ${end?.exitCode ?? 'unknown'}${end?.reason ? ` (${end.reason})` : ''}`
  const what = `${program} keeps ending, last with ${how}`
  return { reason: 'ContainerCrashLoopBackOff', what, cause, verb: 'logs --previous' }
}
