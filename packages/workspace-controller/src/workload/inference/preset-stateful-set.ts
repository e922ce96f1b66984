import type { StatefulSet } from '@kaito/controller-kit'
import { literalText } from '../literal-text.ts'
import { presetHash } from '../order-hash.ts'
import { ORDER_HASH_ANNOTATION } from '../order-hash-annotation.ts'
import { ownedMetadata } from '../ownership.ts'
import { type PodPlace, type PresetOrder, presetPod } from './preset-pod.ts'
import { headlessServiceName, leaderName } from './preset-services.ts'
import { serverLabels } from './server-deployment.ts'

const POD_INDEX = 'POD_INDEX'

/** One model whose processes are spread over the nodes, each of which is known to the others by its name. */
export function presetStatefulSet(
  order: PresetOrder,
  { existingNodes }: { existingNodes: readonly string[] },
): StatefulSet {
  const { workspace, nodes } = order
  const labels = serverLabels(workspace)
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      ...ownedMetadata(workspace),
      annotations: { [ORDER_HASH_ANNOTATION]: presetHash(order, existingNodes) },
    },
    spec: {
      replicas: nodes.count,
      serviceName: headlessServiceName(workspace),
      // None is ready before all have met; this also lets a broken revision be replaced before it is ready.
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: presetPod(order, { existingNodes, ...meeting(order) }) },
    },
  }
}

/** How the processes find each other: by the address of the first Pod, which stays when the Pod is replaced. */
function meeting({ workspace, nodes }: PresetOrder): Pick<PodPlace, 'spread' | 'env'> {
  if (nodes.count === 1) return {}
  const { namespace = '' } = workspace.metadata
  const leader = `${leaderName(workspace)}.${headlessServiceName(workspace)}.${namespace}.svc.cluster.local`
  return {
    spread: { nodes: nodes.count, rank: `$(${POD_INDEX})`, leader: literalText(leader) },
    env: [
      {
        name: POD_INDEX,
        valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
      },
    ],
  }
}
