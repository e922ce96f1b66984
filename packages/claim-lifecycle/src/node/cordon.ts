import { PROVISIONER_KEY, TERMINATION_FINALIZER } from '@kaito/api'
import type { MergePatch, Node } from '@kaito/controller-kit'
import type { ClosingRule } from '../claim/claim-adapter.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import { findTaint, isHeld, isLeaving } from './node-facts.ts'

/** Load balancers stop sending to a node that carries it; the value is Karpenter's. */
const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

/** How a Node is closed, and for whom. */
interface Closing {
  closing: ClosingRule
  provisioner: Pick<ProvisionerIdentity, 'name'>
}

/**
 * Stops new pods and new connections, and holds the Node object so that it outlives its pods. Undefined when all of that
 * is so already. What replaces a list is refused when the Node has changed since it was read.
 */
export function cordonPatch(node: Node, { closing, provisioner }: Closing): MergePatch | undefined {
  const { finalizers = [], labels, resourceVersion } = node.metadata
  const mustHold = !isHeld(node) && !isLeaving(node)
  const closed = closedSpec(node, closing)
  if (!closed && !mustHold && labels?.[EXCLUDE_LABEL] !== undefined) return undefined
  return {
    metadata: {
      labels: { [EXCLUDE_LABEL]: 'karpenter', [PROVISIONER_KEY]: provisioner.name },
      ...((mustHold || closed?.taints) && { resourceVersion }),
      ...(mustHold && { finalizers: [...finalizers, TERMINATION_FINALIZER] }),
    },
    ...(closed && { spec: closed }),
  }
}

/** What is still to be written for no new pods to come. */
function closedSpec(node: Node, { taint, byCordon }: ClosingRule): Node['spec'] | undefined {
  if (byCordon) return node.spec?.unschedulable === true ? undefined : { unschedulable: true }
  return findTaint(node, taint) ? undefined : { taints: [...(node.spec?.taints ?? []), { ...taint }] }
}
