import { isFinished, isReady } from '../../objects/pod.ts'
import { type ObservedStatefulSet, REVISION_LABEL, wantedOrdinals } from './plan.ts'

export function reportStatefulSet({ statefulSet, pods, revision }: ObservedStatefulSet): object {
  const present = pods.filter((pod) => !isFinished(pod))
  const ready = present.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).length
  const updated = present.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === revision).length
  const isUpdated = updated === present.length && present.length === wantedOrdinals(statefulSet).length
  const currentRevision = isUpdated ? revisionName(revision) : statefulSet.status?.currentRevision
  const current = isUpdated ? updated : present.length - updated
  return {
    observedGeneration: statefulSet.metadata.generation,
    replicas: present.length,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    availableReplicas: ready,
    ...(current > 0 ? { currentReplicas: current } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: currentRevision ?? revisionName(revision),
    updateRevision: revisionName(revision),
    collisionCount: 0,
  }

  function revisionName(hash: string): string {
    return `${statefulSet.metadata.name}-${hash}`
  }
}
