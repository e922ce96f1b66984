import { CLAIM_UID_LABEL, PROVISIONER_KEY, TERMINATION_FINALIZER } from '@kaito/api'
import type { MergePatch, Node } from '@kaito/controller-kit'
import type { Assignment, NodeBefore } from '../assignments/assignment.ts'
import { FREE_TAINT, INSTANCE_LABEL } from './host-labels.ts'

type Taints = NonNullable<NonNullable<Node['spec']>['taints']>

/** Kubernetes itself puts them on and takes them off. */
const OF_KUBERNETES = /^node\.kubernetes\.io\//

export function isHeld({ metadata }: Node): boolean {
  return metadata.finalizers?.includes(TERMINATION_FINALIZER) ?? false
}

/** Makes the Node the claim's; refused where it has changed since it was read. */
export function claimPatch(node: Node, assignment: Assignment, provisioner: string): MergePatch {
  const { resourceVersion } = node.metadata
  const { instance, claimUid, launch, labels, taints } = assignment
  const staying = (node.spec?.taints ?? []).filter((taint) => !isSame(taint, FREE_TAINT))
  const added = taints.filter((taint) => !staying.some((one) => isSame(one, taint)))
  // A Node comes back without it when its host is free, so that each claim has an ID of its own.
  const own = { providerID: `inventory://${node.metadata.name}/${claimUid}-${launch}` }
  return {
    metadata: {
      resourceVersion,
      labels: {
        ...labels,
        [INSTANCE_LABEL]: instance,
        [CLAIM_UID_LABEL]: claimUid,
        [PROVISIONER_KEY]: provisioner,
      },
    },
    spec: { taints: [...staying, ...added], ...(!node.spec?.providerID && own) },
  }
}

function isSame(one: Taints[number], other: { key: string; effect: string }): boolean {
  return one.key === other.key && one.effect === other.effect
}

/** What to put back later of a Node that is not any claim's yet. */
export function nodeBefore({ metadata, spec = {} }: Node): NodeBefore {
  const { labels = {}, annotations = {} } = metadata
  const taints = (spec.taints ?? []).filter(({ key }) => !OF_KUBERNETES.test(key))
  return { labels, annotations, spec: { ...spec, taints } }
}

/** The Node of a host that is free again. */
export function restoredNode(name: string, { labels, annotations, spec }: NodeBefore): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels, annotations }, spec }
}

/** Takes the finalizer off; refused where the Node has changed since it was read. */
export function releasePatch({ metadata: { resourceVersion, finalizers = [] } }: Node): MergePatch {
  return { metadata: { resourceVersion, finalizers: finalizers.filter((one) => one !== TERMINATION_FINALIZER) } }
}
