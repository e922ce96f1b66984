import { isActive, isReady } from '../../objects/pod.ts'
import { eligibility, type ObservedDaemonSet, podsByTargetNode, REVISION_LABEL } from './plan.ts'

export function reportDaemonSet({ daemonSet, nodes, pods, revision }: ObservedDaemonSet): object {
  const byNode = podsByTargetNode(pods.filter(isActive))
  const wanted = nodes.filter((node) => eligibility(daemonSet, node).run)
  const isWanted = new Set(wanted)
  const unwanted = nodes.filter((node) => !isWanted.has(node))
  const placed = wanted.flatMap(({ metadata }) => byNode.get(metadata.name)?.[0] ?? [])
  const ready = placed.filter(isReady).length
  const unavailable = wanted.length - ready
  const updated = placed.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === revision).length
  return {
    currentNumberScheduled: placed.length,
    numberMisscheduled: unwanted.filter(({ metadata }) => byNode.has(metadata.name)).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
    observedGeneration: daemonSet.metadata.generation,
  }
}
