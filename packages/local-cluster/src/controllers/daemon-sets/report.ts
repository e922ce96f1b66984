import { isActive, isReady } from '../../objects/pod.ts'
import { eligibility, type ObservedDaemonSet, podsByTargetNode, REVISION_LABEL } from './plan.ts'

export function reportDaemonSet({ daemonSet, nodes, pods, revision }: ObservedDaemonSet): object {
  const byNode = podsByTargetNode(pods.filter(isActive))
  const status = {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
    updatedNumberScheduled: 0,
  }
  for (const node of nodes) {
    const present = byNode.get(node.metadata.name) ?? []
    if (!eligibility(daemonSet, node).run) {
      if (present.length > 0) status.numberMisscheduled += 1
      continue
    }
    status.desiredNumberScheduled += 1
    const [pod] = present
    if (pod === undefined) continue
    status.currentNumberScheduled += 1
    if (isReady(pod)) status.numberReady += 1
    if (pod.metadata.labels?.[REVISION_LABEL] === revision) status.updatedNumberScheduled += 1
  }
  const { updatedNumberScheduled, numberReady, desiredNumberScheduled, ...required } = status
  const numberUnavailable = desiredNumberScheduled - numberReady
  return {
    ...required,
    desiredNumberScheduled,
    numberReady,
    ...(updatedNumberScheduled > 0 ? { updatedNumberScheduled } : {}),
    ...(numberReady > 0 ? { numberAvailable: numberReady } : {}),
    ...(numberUnavailable > 0 ? { numberUnavailable } : {}),
    observedGeneration: daemonSet.metadata.generation,
  }
}
