import { WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL, type Workspace } from '@kaito/api'
import type { Deployment, PodSpec, Service } from '@kaito/controller-kit'
import { MODEL_PORT, presetContainer } from '@kaito/presets'
import type { Order } from '../workspace/order.ts'
import { orderHash } from './order-hash.ts'
import { ORDER_HASH_ANNOTATION } from './order-hash-annotation.ts'
import { ownedMetadata } from './ownership.ts'

const TORCH_PORT = 29500

export function inferenceDeployment(workspace: Workspace, order: Order): Deployment {
  const labels = { [WORKSPACE_LABEL]: workspace.metadata.name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...ownedMetadata(workspace), annotations: { [ORDER_HASH_ANNOTATION]: orderHash(order) } },
    spec: {
      replicas: order.count,
      // Every replica fills a node, so a surge would wait for a node that nobody asks for.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: order.preset.readinessTimeoutMinutes * 60,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(workspace, order) },
    },
  }
}

function podSpec({ metadata }: Workspace, { preset, image, gpusPerNode, nodeLabels }: Order): PodSpec {
  const ownNodes = { [WORKSPACE_LABEL]: metadata.name, [WORKSPACE_NAMESPACE_LABEL]: metadata.namespace ?? '' }
  return {
    automountServiceAccountToken: false,
    containers: [presetContainer({ name: metadata.name, preset, image, gpus: gpusPerNode })],
    tolerations: [
      { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: expressions({ ...nodeLabels, ...ownNodes }) }],
        },
      },
    },
  }
}

function expressions(labels: Record<string, string>) {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, operator: 'In', values: [value] }))
}

/** Sends requests only to servers that answer: addresses of those still loading are not published. */
export function inferenceService(workspace: Workspace, { isExposed }: Order): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(workspace),
    spec: {
      type: isExposed ? 'LoadBalancer' : 'ClusterIP',
      selector: { [WORKSPACE_LABEL]: workspace.metadata.name },
      ports: [
        { name: 'http', protocol: 'TCP', port: 80, targetPort: MODEL_PORT },
        { name: 'torch', protocol: 'TCP', port: TORCH_PORT, targetPort: TORCH_PORT },
      ],
    },
  }
}
