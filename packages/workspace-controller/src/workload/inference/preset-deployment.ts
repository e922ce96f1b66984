import { WORKSPACE_LABEL } from '@kaito/api'
import type { Deployment } from '@kaito/controller-kit'
import { presetHash } from '../order-hash.ts'
import { ORDER_HASH_ANNOTATION } from '../order-hash-annotation.ts'
import { ownedMetadata } from '../ownership.ts'
import { type PresetOrder, presetPod } from './preset-pod.ts'

/** A whole copy of the model on each node. */
export function presetDeployment(
  order: PresetOrder,
  { existingNodes }: { existingNodes: readonly string[] },
): Deployment {
  const { workspace, nodes, work } = order
  const labels = { [WORKSPACE_LABEL]: workspace.metadata.name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...ownedMetadata(workspace),
      annotations: { [ORDER_HASH_ANNOTATION]: presetHash(order, existingNodes) },
    },
    spec: {
      replicas: nodes.count,
      // Every replica fills a node, so a surge would wait for a node that nobody asks for.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: work.readiness.timeoutMinutes * 60,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: presetPod(order, { existingNodes }) },
    },
  }
}
