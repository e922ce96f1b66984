import { conditionOf, type Node, type Taint } from '../../objects/node.ts'

const PREFIX = 'node.kubernetes.io/'
const PRESSURES: Record<string, string> = {
  MemoryPressure: 'memory-pressure',
  DiskPressure: 'disk-pressure',
  PIDPressure: 'pid-pressure',
  NetworkUnavailable: 'network-unavailable',
}
const MANAGED = new Set(
  ['not-ready', 'unreachable', 'unschedulable', ...Object.values(PRESSURES)].map((name) => `${PREFIX}${name}`),
)

/** The node's taints as its conditions and its cordon ask for; taints of others stay where they are. */
export function conditionTaints(node: Node, now: string): Taint[] {
  const present = node.spec?.taints ?? []
  const wanted = wantedTaints(node)
  const kept = present.filter((taint) => !MANAGED.has(taint.key) || isOneOf(wanted, taint))
  const added = wanted.filter((taint) => !isOneOf(present, taint))
  return [...kept, ...added.map((taint) => (taint.effect === 'NoExecute' ? { ...taint, timeAdded: now } : taint))]
}

function isOneOf(taints: Taint[], { key, effect }: Taint): boolean {
  return taints.some((taint) => taint.key === key && taint.effect === effect)
}

function wantedTaints(node: Node): Taint[] {
  const taint = (name: string, effect: string): Taint => ({ key: `${PREFIX}${name}`, effect })
  const pressures = Object.entries(PRESSURES)
    .filter(([type]) => conditionOf(node, type)?.status === 'True')
    .map(([, name]) => taint(name, 'NoSchedule'))
  const cordon = node.spec?.unschedulable ? [taint('unschedulable', 'NoSchedule')] : []
  const ready = conditionOf(node, 'Ready')?.status
  if (ready === 'True') return [...pressures, ...cordon]
  // A kubelet that has not spoken yet keeps new pods away, but nothing that runs there is evicted.
  if (ready === undefined) return [taint('not-ready', 'NoSchedule'), ...pressures, ...cordon]
  const name = ready === 'False' ? 'not-ready' : 'unreachable'
  return [taint(name, 'NoSchedule'), taint(name, 'NoExecute'), ...pressures, ...cordon]
}
