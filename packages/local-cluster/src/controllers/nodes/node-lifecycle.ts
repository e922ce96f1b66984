import { isDeepStrictEqual } from 'node:util'
import { timestamp } from '../../cluster-clock.ts'
import { type Condition, withCondition } from '../../objects/condition.ts'
import { conditionOf, type Node } from '../../objects/node.ts'
import { isReady } from '../../objects/pod.ts'
import { type Controller, itself, on } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { writeStatus } from '../write-status.ts'
import { conditionTaints } from './condition-taints.ts'

/** How long a kubelet may be silent before its node counts as unreachable. */
const GRACE_MS = 40_000
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** Marks silent nodes as unknown and keeps the taints that follow from a node's conditions. */
export function createNodeLifecycle(context: ControllerContext): Controller {
  const { clock } = context
  const { nodes, leases } = context.stores
  /** When each node was last heard of, by this process's own clock. */
  const heardAt = new Map<string, number>()

  async function reconcile(name: string): Promise<number | undefined> {
    const node = nodes.get(name)
    if (node === undefined) {
      heardAt.delete(name)
      return undefined
    }
    const leftMs = (heardAt.get(name) ?? clock.now()) + GRACE_MS - clock.now()
    const status = conditionOf(node, 'Ready')?.status
    if (leftMs <= 0 && status !== undefined && status !== 'Unknown') await markUnknown(context, node)
    const latest = nodes.get(name) ?? node
    const taints = conditionTaints(latest, timestamp(clock.now()))
    if (!isDeepStrictEqual(taints, latest.spec?.taints ?? [])) {
      const { uid, resourceVersion } = latest.metadata
      await nodes.patch(latest, { metadata: { uid, resourceVersion }, spec: { taints } })
    }
    return status === undefined || status === 'Unknown' ? undefined : Math.max(leftMs, 1000)
  }

  return {
    name: 'node-lifecycle',
    reconcile,
    triggers: [
      on(nodes, (now, before) => {
        const spoke = now && !isDeepStrictEqual(heartbeat(now), before && heartbeat(before))
        if (now && (spoke || !heardAt.has(now.metadata.name))) heardAt.set(now.metadata.name, clock.now())
        return itself(now, before)
      }),
      on(leases, (now) => {
        if (now?.metadata.namespace === 'kube-node-lease') heardAt.set(now.metadata.name, clock.now())
        return []
      }),
    ],
  }
}

/** What only the kubelet writes: `Unknown` is this controller's own word. */
function heartbeat(node: Node): unknown {
  const ready = conditionOf(node, 'Ready')
  return ready?.status === 'Unknown' ? undefined : [ready?.status, ready?.lastHeartbeatTime]
}

async function markUnknown({ stores, clock, record }: ControllerContext, node: Node): Promise<void> {
  const { name } = node.metadata
  const now = timestamp(clock.now())
  const unknown = (type: string): Condition => ({
    ...conditionOf(node, type),
    type,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  })
  const conditions = REPORTED.map(unknown).reduce(
    (all, condition) => withCondition(all, condition, now),
    node.status?.conditions ?? [],
  )
  await writeStatus(stores.nodes, node, { ...node.status, conditions })
  record(node, { type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` })
  for (const pod of stores.pods.byIndex('node', name).filter(isReady)) {
    const unready = withCondition(pod.status?.conditions ?? [], { type: 'Ready', status: 'False' }, now)
    await writeStatus(stores.pods, pod, { ...pod.status, conditions: unready })
  }
}
