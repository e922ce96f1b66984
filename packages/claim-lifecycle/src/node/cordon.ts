import { TERMINATION_FINALIZER } from '@kaito/api'
import type { MergePatch, Node } from '@kaito/controller-kit'
import { isHeld, isLeaving } from './node-facts.ts'

/** Load balancers stop sending to a node that carries it; the value is Karpenter's. */
const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Stops new pods and new connections, and holds the Node object so that it outlives its pods. Undefined when all of that
 * is so already.
 */
export function cordonPatch(node: Node): MergePatch | undefined {
  const { finalizers = [], labels, resourceVersion } = node.metadata
  const mustHold = !isHeld(node) && !isLeaving(node)
  const isCordoned = node.spec?.unschedulable === true && labels?.[EXCLUDE_LABEL] !== undefined
  if (isCordoned && !mustHold) return undefined
  return {
    metadata: {
      labels: { [EXCLUDE_LABEL]: 'karpenter' },
      ...(mustHold && { resourceVersion, finalizers: [...finalizers, TERMINATION_FINALIZER] }),
    },
    spec: { unschedulable: true },
  }
}
