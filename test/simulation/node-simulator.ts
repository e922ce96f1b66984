import type { NodeObject, NodeRegistry } from '@kaito/azure-emulator'
import type { ClusterAccess, KubeObject } from '@kaito/local-cluster'
import { NODES, PODS } from '../../packages/controller-kit/src/index.ts'
import { conditionOf, type History } from './history.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How the machines of this world behave. */
export interface MachineHabits {
  /** From the registered Node to a kubelet that is ready. */
  readyMs: number
  /** From there to GPUs that the device plugin offers. */
  gpusMs: number
  /** From a pod's deletion to its end. */
  stopMs: number
}

interface Options {
  access: ClusterAccess
  history: History
  time: VirtualTime
  habits: MachineHabits
}

/** A kubelet whose machine is gone counts as silent after this time. */
const SILENCE_MS = 40_000
const RETRY_MS = 5_000
const NOT_READY = 'node.kubernetes.io/not-ready'

/** Kubelets, device plugins and the cluster's collector of pods: all that happens at Nodes without anybody's request. */
export function simulateNodes(options: Options): NodeRegistry {
  const { access, history, time } = options
  const machines = new Map<string, { node: NodeObject }>()

  history.onChange(({ kind, type, object }) => {
    if (kind === 'node' && type === 'DELETED') forgetPods(options, object.metadata.name)
    if (kind === 'node' && type !== 'DELETED') keepTaints(access, object)
    if (kind !== 'pod' || type === 'DELETED' || object.metadata.deletionTimestamp === undefined) return
    const node = nodeOf(object)
    if (!history.nodes.has(node)) removePod(access, object)
    else time.after(options.habits.stopMs, () => machines.has(node) && removePod(access, object))
  })

  return {
    join(node) {
      const machine = { node }
      machines.set(node.metadata.name, machine)
      const isAlive = () => machines.get(node.metadata.name) === machine
      void register(options, node, isAlive)
    },
    relabel(node) {
      const { name, labels, annotations } = node.metadata
      if (history.nodes.has(name)) quietly(access.mergePatch(NODES, { name }, { metadata: { labels, annotations } }))
    },
    leave(name) {
      machines.delete(name)
      quietly(access.delete(NODES, { name }))
      time.after(SILENCE_MS, () => {
        if (history.nodes.has(name) && !machines.has(name)) setStatus(access, name, { ready: 'Unknown' })
      })
    },
  }
}

/** The kubelet asks until the name is free, and comes up step by step. */
async function register({ access, history, time, habits }: Options, node: NodeObject, isAlive: () => boolean) {
  const { name } = node.metadata
  while (isAlive()) {
    const { status, ...object } = node
    if (!history.nodes.has(name) && (await succeeds(access.create(NODES, object as unknown as KubeObject)))) {
      break
    }
    await time.sleep(RETRY_MS)
  }
  if (!isAlive()) return
  setStatus(access, name, { ...node.status, ready: 'False' })
  await time.sleep(habits.readyMs)
  if (isAlive()) setStatus(access, name, { ready: 'True' })
  await time.sleep(habits.gpusMs)
  const gpus = node.metadata.annotations['simulation.kaito.sh/gpus'] ?? '0'
  const offered = { 'nvidia.com/gpu': gpus }
  if (isAlive()) setStatus(access, name, { capacity: offered, allocatable: offered })
}

function setStatus(
  access: ClusterAccess,
  name: string,
  { ready, ...status }: { ready?: 'True' | 'False' | 'Unknown'; [field: string]: unknown },
): void {
  const conditions = ready && [{ type: 'Ready', status: ready, reason: 'Simulated', message: '' }]
  quietly(access.mergePatch(NODES, { name }, { status: { ...status, ...(conditions && { conditions }) } }, 'status'))
}

/** The server taints a new Node as not ready; the node controller takes that back. */
function keepTaints(access: ClusterAccess, node: KubeObject): void {
  const { taints = [] } = node.spec as { taints?: { key: string }[] }
  const left = taints.filter(({ key }) => key !== NOT_READY)
  if (left.length === taints.length || conditionOf(node, 'Ready')?.status !== 'True') return
  const { name, resourceVersion } = node.metadata
  quietly(access.mergePatch(NODES, { name }, { metadata: { resourceVersion }, spec: { taints: left } }))
}

function forgetPods({ access, history }: Options, node: string): void {
  for (const pod of history.pods.values()) if (nodeOf(pod) === node) removePod(access, pod)
}

function removePod(access: ClusterAccess, { metadata: { name, namespace, uid } }: KubeObject): void {
  const precondition = uid === undefined ? {} : { uid }
  quietly(access.delete(PODS, { name, namespace: namespace ?? '' }, { gracePeriodSeconds: 0, ...precondition }))
}

export function nodeOf(pod: KubeObject): string {
  return (pod.spec as { nodeName?: string }).nodeName ?? ''
}

/** What is gone by now needs no change. */
function quietly(change: Promise<unknown>): void {
  void succeeds(change)
}

async function succeeds(change: Promise<unknown>): Promise<boolean> {
  try {
    await change
    return true
  } catch (error) {
    const code = (error as { status?: { code?: number } }).status?.code
    if (code === 404 || code === 409) return false
    throw error
  }
}
