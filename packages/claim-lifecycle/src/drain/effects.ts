import {
  ApiError,
  isConflict,
  isNotFound,
  type KubernetesObject,
  type Node,
  PODS,
  type Pod,
} from '@kaito/controller-kit'
import type { Pass } from '../lifecycle/pass.ts'
import { podKey } from '../termination/pod-names.ts'
import type { Removal } from './drain.ts'

/**
 * Asks each pod to leave. One that may not is told about and asked again in a later pass; no pod stands in the way of the
 * next.
 *
 * @throws ApiUnreachable when no answer came.
 */
export async function evictPods<T extends KubernetesObject>(
  pass: Pass<T>,
  node: Node,
  pods: readonly Pod[],
): Promise<void> {
  const unevictable = new Map(pass.outcome.unevictable)
  for (const pod of pods) {
    const refusal = await evict(pass, pod)
    if (refusal === undefined) continue
    unevictable.set(podKey(pod), refusal)
    tellOfNode(pass, node, { pod, message: `Failed to drain node, ${podKey(pod)} may not be evicted: ${refusal}` })
  }
  pass.outcome.unevictable = unevictable
}

/** Why it may not be evicted; undefined when it is on its way, or is not the pod any more that was on the node. */
async function evict<T extends KubernetesObject>(pass: Pass<T>, pod: Pod): Promise<string | undefined> {
  const { name, namespace = '', uid = '' } = pod.metadata
  try {
    await pass.dependencies.client.evict({ name, namespace }, { uid }, pass.call)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return isNotFound(error) || isConflict(error) ? undefined : wordsOf(error)
  }
  tellOfPod(pass, pod, { reason: 'Evicted', message: 'Evicted pod' })
  return undefined
}

/** The budget's name stands in the causes only. */
function wordsOf({ message, details }: ApiError): string {
  const budgets = (details?.causes ?? []).filter(({ reason }) => reason === 'DisruptionBudget')
  const [cause] = budgets
  return cause?.message ?? message
}

/** Deletes pods whose time is over, each with what is left of its grace period. */
export async function removePods<T extends KubernetesObject>(
  pass: Pass<T>,
  removals: readonly Removal[],
): Promise<void> {
  for (const { pod, graceSeconds: gracePeriodSeconds } of removals) {
    const { name, namespace = '', uid = '' } = pod.metadata
    const options = { preconditions: { uid }, gracePeriodSeconds, ...pass.call }
    try {
      await pass.dependencies.client.delete(PODS, { name, namespace }, options)
    } catch (error) {
      // Another pod has its name by now, and that one is not on a node that ends.
      if (!isConflict(error)) throw error
      continue
    }
    const message = `Deleting the pod to accommodate the terminating node with a grace period of ${gracePeriodSeconds} s`
    tellOfPod(pass, pod, { reason: 'Disrupted', message })
  }
}

function tellOfPod<T extends KubernetesObject>(
  { dependencies }: Pass<T>,
  pod: Pod,
  event: { reason: string; message: string },
): void {
  dependencies.tell({ ...pod, apiVersion: 'v1', kind: 'Pod' }, { type: 'Normal', ...event })
}

function tellOfNode<T extends KubernetesObject>(
  { dependencies }: Pass<T>,
  node: Node,
  { pod, message }: { pod: Pod; message: string },
): void {
  if (!dependencies.reminders.isDue(`FailedDraining ${pod.metadata.uid}`)) return
  dependencies.tell({ ...node, apiVersion: 'v1', kind: 'Node' }, { type: 'Warning', reason: 'FailedDraining', message })
}
