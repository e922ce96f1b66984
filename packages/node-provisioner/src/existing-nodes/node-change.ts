import { GPU_RESOURCE } from '@kaito/api'
import type { Change, Node } from '@kaito/controller-kit'

/** Kubelets report every few seconds; only what decides about readiness is worth a pass. */
export function nodeChangeMatters({ type, object, previous }: Change<Node>): boolean {
  return type !== 'modified' || !previous || readiness(object) !== readiness(previous)
}

function readiness({ metadata, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return JSON.stringify([
    metadata.deletionTimestamp,
    ready?.status,
    ready?.message,
    status?.allocatable?.[GPU_RESOURCE],
  ])
}

/** Whether the Node may serve somebody now whom it could not serve before. */
export function mayServeAnew({ type, object, previous }: Change<Node>): boolean {
  return type === 'added' || (type === 'modified' && (!previous || fitness(object) !== fitness(previous)))
}

function fitness(node: Node): string {
  const { labels } = node.metadata
  return JSON.stringify([readiness(node), labels, node.spec?.taints, node.spec?.unschedulable])
}
