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
