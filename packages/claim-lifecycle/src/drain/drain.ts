import { durationMs } from '@kaito/api'
import type { Pod } from '@kaito/controller-kit'

const CRITICAL_CLASSES = new Set(['system-cluster-critical', 'system-node-critical'])
/** A pod that is this long past its end will not be confirmed as ended any more. */
const STUCK_MS = 60_000
/** What the API server takes for pods that say nothing. */
const DEFAULT_GRACE_SECONDS = 30

/** Which pods a node waits for, and until when. */
export interface DrainRule {
  /** Of closed nodes: a pod that tolerates it belongs to the node, and ends with it. */
  taint: { readonly key: string; readonly effect: string }
  /** Annotation of pods that are not evicted; undefined where none is heeded. */
  protectedBy: string | undefined
  /**
   * Wall clock milliseconds by which pods are gone, protected or not: each is deleted in time for its own grace period.
   * Undefined deletes none.
   */
  deadlineMs: number | undefined
}

export interface Drain {
  /** What the node still waits for, pods that are ending included. */
  waitingFor: Pod[]
  /** Those of them that refuse to be evicted. */
  protectedPods: Pod[]
  /** What to ask to leave now. */
  evict: Pod[]
  /** What to delete now, whatever a disruption budget says. */
  remove: Removal[]
}

export interface Removal {
  pod: Pod
  /** At least 1: with 0 the pod's name would be free while the pod may still run. */
  graceSeconds: number
}

/** Which of the pods on a node hold up its end, and what to do about them. `now` is in wall clock milliseconds. */
export function drainOf(pods: readonly Pod[], now: number, rule: DrainRule): Drain {
  const waitingFor = pods.filter((pod) => blocksDrain(pod, now, rule))
  const remove = removals(waitingFor, now, rule.deadlineMs)
  const removed = new Set(remove.map(({ pod }) => pod))
  const protectedPods = waitingFor.filter((pod) => isProtected(pod, now, rule.protectedBy))
  const evict = nextGroup(waitingFor).filter(
    (pod) => !isEnding(pod) && !removed.has(pod) && !protectedPods.includes(pod),
  )
  return { waitingFor, protectedPods, evict, remove }
}

/** Daemons serve the pods beside them, and critical pods serve both: each group is asked when the one before is gone. */
function nextGroup(pods: readonly Pod[]): readonly Pod[] {
  const rank = (pod: Pod) => (isCritical(pod) ? 2 : 0) + (isDaemon(pod) ? 1 : 0)
  const first = Math.min(...pods.map(rank))
  return pods.filter((pod) => rank(pod) === first)
}

function isCritical({ spec }: Pod): boolean {
  return CRITICAL_CLASSES.has(spec?.priorityClassName ?? '')
}

function isDaemon({ metadata: { ownerReferences = [] } }: Pod): boolean {
  return ownerReferences.some(({ apiVersion, kind }) => apiVersion === 'apps/v1' && kind === 'DaemonSet')
}

function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

function blocksDrain(pod: Pod, now: number, { taint }: DrainRule): boolean {
  const { deletionTimestamp } = pod.metadata
  if (hasEnded(pod) || isStatic(pod)) return false
  if (deletionTimestamp !== undefined && now - Date.parse(deletionTimestamp) > STUCK_MS) return false
  return !tolerates(pod, taint)
}

/** Whether the pod keeps its volumes until the node itself ends, because nobody asks it to leave. */
export function staysToTheEnd(pod: Pod, taint: DrainRule['taint']): boolean {
  return !hasEnded(pod) && (isStatic(pod) || tolerates(pod, taint))
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** Static pods live and die with the kubelet. */
function isStatic({ metadata: { ownerReferences = [] } }: Pod): boolean {
  return ownerReferences.some(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Node')
}

function tolerates({ spec }: Pod, taint: DrainRule['taint']): boolean {
  return (spec?.tolerations ?? []).some(({ key, operator = 'Equal', value, effect }) => {
    if (effect && effect !== taint.effect) return false
    if (!key) return operator === 'Exists'
    return key === taint.key && (operator === 'Exists' || !value)
  })
}

/** Karpenter's rule: `true` protects for good, a duration from the start of the pod. */
function isProtected(pod: Pod, now: number, annotation: string | undefined): boolean {
  const value = annotation === undefined ? undefined : pod.metadata.annotations?.[annotation]
  if (value === undefined || isEnding(pod)) return false
  if (value === 'true') return true
  const startedAt = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '')
  const forMs = durationOrNone(value)
  return forMs !== undefined && now < startedAt + forMs
}

function durationOrNone(text: string): number | undefined {
  try {
    return durationMs(text)
  } catch (error) {
    // Anything may stand in an annotation; what is no duration protects nothing.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function removals(pods: readonly Pod[], now: number, deadlineMs: number | undefined): Removal[] {
  if (deadlineMs === undefined) return []
  const graceSeconds = Math.max(1, Math.floor((deadlineMs - now) / 1000))
  return pods.filter((pod) => isDue(pod, now, deadlineMs)).map((pod) => ({ pod, graceSeconds }))
}

function isDue({ metadata, spec }: Pod, now: number, deadlineMs: number): boolean {
  const graceMs = (spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000
  if (now < deadlineMs - graceMs) return false
  // Kubernetes dates a deletion by its end: one that ends in time, or within the shortest grace, needs no other.
  const endsAt = metadata.deletionTimestamp === undefined ? undefined : Date.parse(metadata.deletionTimestamp)
  return endsAt === undefined || endsAt > Math.max(deadlineMs, now + 1000)
}
