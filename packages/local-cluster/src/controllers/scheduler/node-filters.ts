import type { Node } from '../../objects/node.ts'
import type { NodeSelectorTerm, Pod } from '../../objects/pod.ts'
import { tolerates, untolerated } from '../../objects/taints.ts'
import { hasLabels, meetsRequirement } from '../../selectors/label-selector.ts'
import type { Amounts } from './pod-requests.ts'

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** What is left to decide about a node once it is known what runs there. */
export interface NodeRoom {
  node: Node
  allocatable: Amounts
  requested: Amounts
  podCount: number
}

/** Why the pod may not run on this node, whatever room it has; worded as the real scheduler does. */
export function placementRefusal({ spec }: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable && !spec.tolerations?.some((each) => tolerates(each, UNSCHEDULABLE))) {
    return 'node(s) were unschedulable'
  }
  const taint = untolerated(node.spec?.taints, spec.tolerations, ['NoSchedule', 'NoExecute'])
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
  return matchesNodeAffinity(spec, node) ? undefined : "node(s) didn't match Pod's node affinity/selector"
}

export function matchesNodeAffinity(spec: Pod['spec'], node: Node): boolean {
  if (!hasLabels(node.metadata.labels, spec.nodeSelector ?? {})) return false
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node))
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const fields = { 'metadata.name': node.metadata.name }
  return (
    matchFields.every((requirement) => meetsRequirement(requirement, fields)) &&
    matchExpressions.every((requirement) => meetsRequirement(requirement, node.metadata.labels))
  )
}

/** Every resource of which the node has too little. */
export function shortages(requests: Amounts, { allocatable, requested, podCount }: NodeRoom): string[] {
  const pods = allocatable.get('pods')
  const tooMany = pods !== undefined && BigInt(podCount + 1) * 1_000_000_000n > pods ? ['Too many pods'] : []
  const short = [...requests]
    .filter(([name, amount]) => amount > 0n && amount > (allocatable.get(name) ?? 0n) - (requested.get(name) ?? 0n))
    .map(([name]) => `Insufficient ${name}`)
  return [...tooMany, ...short]
}

/** The text of `Unschedulable`, from the reasons of each node. */
export function unschedulableMessage(reasonsOfNodes: string[][]): string {
  if (reasonsOfNodes.length === 0) return 'no nodes available to schedule pods'
  const counts = new Map<string, number>()
  for (const reason of reasonsOfNodes.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const counted = [...counts].map(([reason, count]) => `${count} ${reason}`).sort()
  return `0/${reasonsOfNodes.length} nodes are available: ${counted.join(', ')}.`
}
