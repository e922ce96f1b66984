import type { Deployment } from '@kaito/controller-kit'
import { presetHash } from '../order-hash.ts'
import { type PresetOrder, presetPod } from './preset-pod.ts'
import { serverDeployment, serverLabels } from './server-deployment.ts'

/** A whole copy of the model on each node. */
export function presetDeployment(
  order: PresetOrder,
  { existingNodes }: { existingNodes: readonly string[] },
): Deployment {
  const { workspace, nodes, work } = order
  return serverDeployment({
    workspace,
    replicas: nodes.count,
    hash: presetHash(order, existingNodes),
    timeoutMinutes: work.readiness.timeoutMinutes,
    template: { metadata: { labels: serverLabels(workspace) }, spec: presetPod(order, { existingNodes }) },
  })
}
