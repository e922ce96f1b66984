import { WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL, type Workspace } from '@kaito/api'
import type { Toleration } from '@kaito/controller-kit'
import type { NodeOrder } from '../workspace/order.ts'

interface NodeSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

/** Nodes that meet all requirements of one term. */
export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[]
  matchFields?: NodeSelectorRequirement[]
}

/** A node is taken when one of the terms fits it. */
type NodeSelectorTerms = { nodeSelectorTerms: NodeSelectorTerm[] }

/** Which nodes the Pods of a Workspace may run on, as fields of a Pod's spec. */
export interface Placement {
  tolerations: Toleration[]
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: NodeSelectorTerms } }
}

/** On the nodes made for this Workspace, or on one of the existing nodes that were chosen for it by name. */
export function placement(workspace: Workspace, nodes: NodeOrder, existingNodes: readonly string[]): Placement {
  const nodeSelectorTerms = [ownNodes(workspace, nodes), ...distinctSorted(existingNodes).map(nodeNamed)]
  return {
    tolerations: nodes.tolerations,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  }
}

/** Each once, in the same order whatever order they were found in. */
export function distinctSorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}

function ownNodes({ metadata }: Workspace, { labels }: NodeOrder): NodeSelectorTerm {
  const own = { [WORKSPACE_LABEL]: metadata.name, [WORKSPACE_NAMESPACE_LABEL]: metadata.namespace ?? '' }
  const matchExpressions = Object.entries({ ...labels, ...own })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, operator: 'In', values: [value] }))
  return { matchExpressions }
}

function nodeNamed(name: string): NodeSelectorTerm {
  return { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }
}
