import type { Node } from '../../objects/node.ts'
import { isFinished, isReady, type Pod, type PodSpec, type Toleration } from '../../objects/pod.ts'
import { untolerated } from '../../objects/taints.ts'
import type { DaemonSet } from '../../objects/workloads.ts'
import { matchesNodeAffinity } from '../scheduler/node-filters.ts'

export const REVISION_LABEL = 'controller-revision-hash'

export type DaemonSetAction = { do: 'create'; nodeName: string } | { do: 'delete'; pod: Pod }

export interface ObservedDaemonSet {
  daemonSet: DaemonSet
  nodes: Node[]
  pods: Pod[]
  /** Hash of the template, carried by the pods made from it. */
  revision: string
}

const ALWAYS_TOLERATED: Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const HOST_NETWORK: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
}

/** The spec of the pod for one node: tied to it by name and tolerant of a node's usual troubles. */
export function daemonPodSpec({ spec }: DaemonSet, nodeName: string): PodSpec {
  const added = spec.template.spec.hostNetwork ? [...ALWAYS_TOLERATED, HOST_NETWORK] : ALWAYS_TOLERATED
  const only = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }
  return {
    ...spec.template.spec,
    tolerations: [...(spec.template.spec.tolerations ?? []), ...added],
    affinity: {
      ...spec.template.spec.affinity,
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [only] } },
    },
  }
}

/** Whether a pod belongs on the node, and whether one that is there may stay. */
export function eligibility(daemonSet: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const { spec } = daemonSet.spec.template
  if (!matchesNodeAffinity(spec, node)) return { run: false, stay: false }
  const { tolerations } = daemonPodSpec(daemonSet, node.metadata.name)
  const taints = node.spec?.taints
  return {
    run: untolerated(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined,
    stay: untolerated(taints, tolerations, ['NoExecute']) === undefined,
  }
}

/** The node a daemon pod was made for, bound to it or not. */
function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms?.[0]?.matchFields?.[0]?.values?.[0]
}

export function podsByTargetNode(pods: Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>()
  for (const pod of pods) {
    const name = targetNode(pod) ?? ''
    const found = byNode.get(name)
    if (found) found.push(pod)
    else byNode.set(name, [pod])
  }
  return byNode
}

export function planDaemonSet(seen: ObservedDaemonSet): DaemonSetAction[] {
  if (seen.daemonSet.metadata.deletionTimestamp !== undefined) return []
  const byNode = podsByTargetNode(seen.pods)
  const actions = seen.nodes.flatMap((node) => planNode(seen.daemonSet, node, byNode.get(node.metadata.name) ?? []))
  const names = new Set(seen.nodes.map(({ metadata }) => metadata.name))
  const lost = seen.pods.filter((pod) => !names.has(targetNode(pod) ?? '') && !pod.metadata.deletionTimestamp)
  return [...actions, ...[...lost, ...outdated(seen, byNode)].map((pod) => ({ do: 'delete' as const, pod }))]
}

function planNode(daemonSet: DaemonSet, node: Node, pods: Pod[]): DaemonSetAction[] {
  const { run, stay } = eligibility(daemonSet, node)
  const present = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  if (!stay) return present.map((pod) => ({ do: 'delete', pod }))
  if (pods.length === 0) return run ? [{ do: 'create', nodeName: node.metadata.name }] : []
  const [keep] = present.filter((pod) => !isFinished(pod))
  return present.filter((pod) => pod !== keep).map((pod) => ({ do: 'delete', pod }))
}

/** Pods of an earlier template that may go now: those that serve nobody, then as many as may be missing. */
function outdated({ daemonSet, nodes, pods, revision }: ObservedDaemonSet, byNode: Map<string, Pod[]>): Pod[] {
  if (daemonSet.spec.updateStrategy?.type === 'OnDelete') return []
  const old = pods.filter(
    ({ metadata }) => metadata.labels?.[REVISION_LABEL] !== revision && metadata.deletionTimestamp === undefined,
  )
  const setting = daemonSet.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1
  const share = typeof setting === 'number' ? setting : Math.ceil((Number.parseInt(setting, 10) * nodes.length) / 100)
  const missing = nodes.filter(
    (node) => eligibility(daemonSet, node).run && !(byNode.get(node.metadata.name) ?? []).some(isReady),
  ).length
  const serving = old.filter(isReady)
  return [...old.filter((pod) => !isReady(pod)), ...serving.slice(0, Math.max(0, share - missing))]
}
