import type { Node, Pod } from '@kaito/controller-kit'
import { anInstance } from './instances.ts'
import { aNode, seen } from './observed.ts'

export const DELETED_AT = '2026-01-01T11:59:50Z'
const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'

export type SeenParts = NonNullable<Parameters<typeof seen>[0]>
type Condition = 'Drained' | 'VolumesDetached' | 'InstanceTerminating'

/** A deleted NodeClaim that had a node, after so much of its end was told. */
export function ending(
  told: Partial<Record<Condition, 'True' | string>> = {},
  parts: SeenParts = {},
  lastTransitionTime = DELETED_AT,
) {
  const conditions = Object.entries(told).map(([type, value]) => {
    const isTrue = value === 'True'
    return {
      type,
      status: isTrue ? ('True' as const) : ('Unknown' as const),
      reason: isTrue ? type : value,
      lastTransitionTime,
    }
  })
  const status = { providerID: 'fake:///1', nodeName: 'node-1', conditions }
  const { metadata, spec } = parts.nodeClaim ?? {}
  const nodeClaim = { metadata: { deletionTimestamp: DELETED_AT, ...metadata }, status, ...(spec && { spec }) }
  return seen({ instance: anInstance(), pods: [], ...parts, nodeClaim })
}

/** Its Node, closed and deleted: it waits for its pods. */
export function aDrainingNode(
  metadata: Partial<Node['metadata']> = {},
  ready: 'True' | 'False' | 'Unknown' = 'True',
): Node {
  const labels = { [EXCLUDE]: 'karpenter' }
  return aNode(
    { finalizers: ['karpenter.sh/termination'], deletionTimestamp: DELETED_AT, labels, ...metadata },
    {
      spec: { providerID: 'fake:///1', taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    },
  )
}

/** A pod on that Node. */
export const aPodOnNode: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'p' },
  spec: { nodeName: 'node-1', containers: [] },
  status: { phase: 'Running' },
}

/** One that must not be disrupted. */
export const aProtectedPod: Pod = {
  ...aPodOnNode,
  metadata: { ...aPodOnNode.metadata, annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
}

/** By when the pods of the claim are gone. */
export function endsAt(time: string): SeenParts {
  return { nodeClaim: { metadata: { annotations: { 'karpenter.sh/nodeclaim-termination-timestamp': time } } } }
}
