import type { Pod } from '@kaito/controller-kit'

const CRITICAL_CLASSES = new Set(['system-cluster-critical', 'system-node-critical'])
const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
/** A pod that is this long past its end will not be confirmed as ended any more. */
const STUCK_MS = 60_000

export interface Drain {
  /** What the node still waits for, pods that are ending included. */
  waitingFor: Pod[]
  /** What to ask to leave now. */
  evict: Pod[]
}

/** Which of the pods on a node hold up its end: critical ones are asked only after all others are gone. */
export function drainOf(pods: readonly Pod[], now: number): Drain {
  const waitingFor = pods.filter((pod) => blocksDrain(pod, now))
  const others = waitingFor.filter((pod) => !CRITICAL_CLASSES.has(pod.spec?.priorityClassName ?? ''))
  const next = others.length > 0 ? others : waitingFor
  return { waitingFor, evict: next.filter((pod) => pod.metadata.deletionTimestamp === undefined) }
}

function blocksDrain(pod: Pod, now: number): boolean {
  const { deletionTimestamp, ownerReferences = [] } = pod.metadata
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return false
  if (deletionTimestamp !== undefined && now - Date.parse(deletionTimestamp) > STUCK_MS) return false
  // Static pods live and die with the kubelet.
  if (ownerReferences.some(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Node')) return false
  return !toleratesUnschedulable(pod)
}

function toleratesUnschedulable(pod: Pod): boolean {
  return (pod.spec?.tolerations ?? []).some(({ key, operator = 'Equal', value, effect }) => {
    if (effect && effect !== UNSCHEDULABLE.effect) return false
    if (!key) return operator === 'Exists'
    return key === UNSCHEDULABLE.key && (operator === 'Exists' || !value)
  })
}
