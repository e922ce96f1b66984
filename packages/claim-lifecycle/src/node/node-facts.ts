import { NODE_IMAGE_LABEL, TERMINATION_FINALIZER } from '@kaito/api'
import type { KubernetesObject, Node } from '@kaito/controller-kit'

type NodeTaint = NonNullable<NonNullable<Node['spec']>['taints']>[number]

export function isHeld(node: Node): boolean {
  return node.metadata.finalizers?.includes(TERMINATION_FINALIZER) ?? false
}

export function isLeaving({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined
}

export function readyStatus(node: Node): 'True' | 'False' | 'Unknown' {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'
}

export function matchesLabels(node: Node, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([key, value]) => node.metadata.labels?.[key] === value)
}

export function nodeImage({ metadata }: Node): string | undefined {
  return metadata.labels?.[NODE_IMAGE_LABEL]
}

/** Values do not count, as in Karpenter: a node has one taint per key and effect. */
export function findTaint(node: Node, taint: { key: string; effect: string }): NodeTaint | undefined {
  return node.spec?.taints?.find(({ key, effect }) => key === taint.key && effect === taint.effect)
}

/** `key=value:Effect`, as kubectl prints it. */
export function taintText({ key, value, effect }: { key: string; value?: string; effect: string }): string {
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`
}
