import type { KubeObject } from '../cluster-access.ts'
import { fieldsAt, jsonEqual, objectsAt } from '../json.ts'

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** Guaranteed when every container limits cpu and memory to what it requests; BestEffort when none asks for either. */
export function qosClass(pod: KubeObject): QosClass {
  const containers = [...objectsAt(pod, 'spec', 'containers'), ...objectsAt(pod, 'spec', 'initContainers')]
  const resources = containers.map((container) => {
    const limits = compute(fieldsAt(container, 'resources', 'limits'))
    return { limits, requests: { ...limits, ...compute(fieldsAt(container, 'resources', 'requests')) } }
  })
  if (resources.every(({ requests }) => Object.keys(requests).length === 0)) return 'BestEffort'
  const guaranteed = resources.every(
    ({ limits, requests }) => 'cpu' in limits && 'memory' in limits && jsonEqual(limits, requests),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function compute({ cpu, memory }: Record<string, unknown>): Record<string, unknown> {
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) }
}
