import type { Job, Pod } from '@kaito/controller-kit'
import { TRAINER } from '@kaito/presets'
import { usefulLine } from '../useful-line.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
type ContainerEnd = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

/** Of all Pods those that this Job made, the newest first. */
export function podsOf({ metadata: { uid } }: Job, pods: readonly Pod[]): Pod[] {
  return pods
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid))
    .sort((a, b) => createdAt(b) - createdAt(a) || (a.metadata.name < b.metadata.name ? 1 : -1))
}

function createdAt({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0
}

/** When it got its node, which may have come long after it. */
function placedAt(pod: Pod): number {
  const placed = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'True')
  return Math.max(createdAt(pod), Date.parse(placed?.lastTransitionTime ?? '') || 0)
}

/** Whether it may still come to its end by itself. */
export function isAlive({ metadata, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Failed' || status?.phase === 'Succeeded'
  return metadata.deletionTimestamp === undefined && !hasEnded
}

export function hasRun(pod: Pod): boolean {
  return statusesOf(pod).some(({ state }) => state?.running ?? state?.terminated)
}

/** Whether there was a result, be it pushed or not. */
export function hasTrained(pod: Pod): boolean {
  return statusesOf(pod).some(({ name, state }) => name === TRAINER && state?.terminated?.exitCode === 0)
}

/** Whether its last container has, though the Pod itself may not be told of so yet. */
export function hasEndedWell(pod: Pod): boolean {
  const statuses = statusesOf(pod)
  const isWell = statuses.length > 0 && statuses.every(({ state }) => state?.terminated?.exitCode === 0)
  return isWell || pod.status?.phase === 'Succeeded'
}

export interface Step {
  /** Name of its container. */
  container: string
  isRunning: boolean
  /** When it could have begun at the earliest, in milliseconds since the epoch. */
  since: number
}

/** What the Pod is at: the first of its containers that has not ended well, or the last. */
export function currentStep(pod: Pod): Step {
  const statuses = statusesOf(pod)
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? '') || 0)
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const isDone = (name: string) => statuses.find((one) => one.name === name)?.state?.terminated?.exitCode === 0
  const container = (containers.find(({ name }) => !isDone(name)) ?? containers.at(-1))?.name ?? ''
  const state = statuses.find(({ name }) => name === container)?.state
  return { container, isRunning: state?.running !== undefined, since: Math.max(placedAt(pod), ...ends) }
}

/** Exit codes of a container that is ended from outside: 128 and the number of SIGKILL or SIGTERM. */
export const ENDED_BY_SIGNAL: ReadonlySet<number> = new Set([137, 143])

export interface ContainerFailure {
  container: string
  end: ContainerEnd
  /** It ran until somebody deleted its Pod. */
  isDeleted: boolean
}

/** The container that ended badly by itself; undefined in a Pod that was taken away, whatever its containers say. */
export function containerFailure(pod: Pod): ContainerFailure | undefined {
  if (disruption(pod) !== undefined) return undefined
  for (const { name, state } of statusesOf(pod)) {
    const end = state?.terminated
    if (end && end.exitCode !== 0) {
      const isDeleted = pod.metadata.deletionTimestamp !== undefined && ENDED_BY_SIGNAL.has(end.exitCode)
      return { container: name, end, isDeleted }
    }
  }
  return undefined
}

/** Why the Pod does not come to its end, in the words of whoever took it away. */
export function lossReason(pod: Pod): string {
  const { reason, message } = pod.status?.reason === undefined ? { ...disruption(pod) } : pod.status
  const line = usefulLine(message)
  if (reason === undefined) return pod.metadata.deletionTimestamp === undefined ? 'no reason told' : 'deleted'
  return line === undefined ? reason : `${reason}: ${line}`
}

/** Kubernetes marks a Pod so before it takes it away; without the mark a container's end is its own. */
function disruption({ status }: Pod) {
  return status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True')
}

function statusesOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
}
