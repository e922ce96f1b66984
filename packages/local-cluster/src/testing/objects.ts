import type { KubeMetadata } from '../cluster-access.ts'
import type { Node } from '../objects/node.ts'
import type { Pod, PodSpec, PodStatus } from '../objects/pod.ts'
import { SIMULATED_GPUS, SIMULATED_NODE } from '../simulation-annotations.ts'

interface PodParts {
  metadata?: Partial<KubeMetadata>
  spec?: Partial<PodSpec>
  status?: PodStatus
}

export function aPod({ metadata, spec, status }: PodParts = {}): Pod {
  const name = metadata?.name ?? 'pod'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'default',
      uid: `uid-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
      name,
    },
    spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
    ...(status ? { status } : {}),
  }
}

export const READY: PodStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

interface NodeParts {
  name?: string
  labels?: Record<string, string>
  spec?: Node['spec']
  status?: Node['status']
  /** GPUs of a machine that the simulated kubelet plays. */
  gpus?: number
}

export function aNode({ name = 'node', labels = {}, spec, status, gpus }: NodeParts = {}): Node {
  const simulated = { [SIMULATED_NODE]: 'true', ...(gpus === undefined ? {} : { [SIMULATED_GPUS]: String(gpus) }) }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: simulated },
    ...(spec ? { spec } : {}),
    ...(status ? { status } : {}),
  }
}
