import type { Container, Pod, Volume } from '@kaito/controller-kit'
import { POD_REASONS, type PodReason } from '../workspace/reasons.ts'
import { type ContainerTrouble, containerTrouble } from './container-trouble.ts'
import { adapterTrouble, COPYING } from './inference/adapter-trouble.ts'
import { copiedAdapter, mountedAdapter } from './inference/adapters.ts'
import type { Trouble } from './trouble.ts'
import { usefulLine } from './useful-line.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

interface PodTrouble extends Trouble {
  reason: PodReason
}

/** A scheduler needs a moment to see a new node; only what lasts longer is trouble. */
export const SCHEDULING_PATIENCE_MS = 60_000
/** How long the end of a Pod explains why its successors do not serve. */
const END_EXPLAINS_MS = 60 * 60_000

const DISK = /low on resource: (?:ephemeral-storage|inodes|nodefs|imagefs)|\[.*DiskPressure/
const MEMORY = /low on resource: memory|\[.*MemoryPressure/
/** Reasons of the condition DisruptionTarget for a Pod whose node is away. */
const NODE_AWAY = new Set(['DeletionByTaintManager', 'DeletionByPodGC'])

/** What keeps Pods from serving, the most telling of all; nothing that passes by itself in a moment. */
export function podTrouble(pods: readonly Pod[], now: number): PodTrouble | undefined {
  const rank = ({ reason }: PodTrouble) => POD_REASONS.indexOf(reason)
  return pods
    .flatMap((pod) => troubleOf(pod, now) ?? [])
    .sort((a, b) => rank(a) - rank(b) || (a.what < b.what ? -1 : 1))[0]
}

function troubleOf(pod: Pod, now: number): PodTrouble | undefined {
  const hasEnded = pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed'
  if (hasEnded) return now - lastChange(pod) < END_EXPLAINS_MS ? endOf(pod) : undefined
  return inContainers(pod) ?? unscheduled(pod, now)
}

interface Seen {
  status: ContainerStatus
  /** Absent when the Pod's spec does not name it. */
  container: Container | undefined
  isInit: boolean
}

function inContainers({ metadata: { name, namespace }, spec, status }: Pod): PodTrouble | undefined {
  const seen = (isInit: boolean, statuses: ContainerStatus[] = [], containers: Container[] = []): Seen[] =>
    statuses.map((one) => ({ status: one, container: containers.find((other) => other.name === one.name), isInit }))
  const all = [
    ...seen(true, status?.initContainerStatuses, spec?.initContainers),
    ...seen(false, status?.containerStatuses, spec?.containers),
  ]
  for (const one of all) {
    const trouble = ofOne(one, spec?.volumes ?? [])
    if (!trouble) continue
    const { what, verb, image, ...rest } = trouble
    // A container that runs before the others is not the one that kubectl shows by itself.
    const which = one.isInit && verb === 'logs --previous' ? ` -c ${one.status.name}` : ''
    const ask = `${verb} ${name} -n ${namespace}${which}`
    return { ...rest, what: `Pod ${name}: ${what} (image ${image})`, ask }
  }
  return undefined
}

type ImageTrouble = ContainerTrouble & { image: string }

function ofOne({ status, container, isInit }: Seen, volumes: Volume[]): ImageTrouble | undefined {
  const copied = container && copiedAdapter(container)
  const program = isInit ? `init container "${status.name}"` : 'the model server'
  const trouble = containerTrouble(status, copied === undefined ? program : COPYING)
  if (!trouble) return undefined
  const image = container?.image ?? ''
  if (copied !== undefined) return { ...adapterTrouble(copied, trouble), image }
  const mounted = container && mountedAdapter(volumes, container, status.state?.waiting?.message ?? '')
  return mounted ? { ...adapterTrouble(mounted.name, trouble), image: mounted.image } : { ...trouble, image }
}

function unscheduled({ metadata: { name, namespace }, status }: Pod, now: number): PodTrouble | undefined {
  const condition = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  if (!condition || now - Date.parse(condition.lastTransitionTime ?? '') < SCHEDULING_PATIENCE_MS) return undefined
  return {
    reason: 'Unschedulable',
    what: `Pod ${name}: no node takes it`,
    cause: usefulLine(condition.message),
    isCauseFleeting: true,
    ask: `describe pod ${name} -n ${namespace}`,
  }
}

/** Names the node and not the Pod: each successor that ends in the same way would be told anew. */
function endOf({ metadata, spec, status }: Pod): PodTrouble | undefined {
  const node = spec?.nodeName ?? ''
  const { reason = '', message = '' } = status ?? {}
  const told = (as: PodReason, what: string, cause = message): PodTrouble => {
    return { reason: as, what: `node ${node} ${what}`, cause: usefulLine(cause), ask: `describe node ${node}` }
  }
  const disruption = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True')
  const isAway = reason === 'NodeLost' || NODE_AWAY.has(disruption?.reason ?? '') || /node shutdown/.test(message)
  if (isAway) return told('NodeLost', 'is lost, and the model server on it', message || disruption?.message)
  if (metadata.deletionTimestamp !== undefined) return undefined
  if (reason !== 'Evicted') return told('ContainerStartError', 'does not run the Pod', [reason, message].join(': '))
  if (DISK.test(message)) return told('NodeDiskPressure', 'is short of disk and evicted a Pod')
  if (MEMORY.test(message)) return told('NodeMemoryPressure', 'is short of memory and evicted a Pod')
  return told('PodEvicted', 'evicted a Pod')
}

function lastChange({ metadata, status }: Pod): number {
  const times = [metadata.creationTimestamp, ...(status?.conditions ?? []).map((one) => one.lastTransitionTime)]
  return Math.max(...times.map((time) => Date.parse(time ?? '') || 0))
}
