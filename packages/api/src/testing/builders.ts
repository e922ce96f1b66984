import type { Machine, MachineSpec, MachineStatus } from '../machine.ts'
import type { NodeClaim, NodeClaimSpec, NodeClaimStatus } from '../node-claim.ts'
import type { ObjectMeta } from '../object-meta.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** A Workspace that serves phi-3-mini on one node, as stored by the API server; any part can be replaced. */
export function aWorkspace(
  parts: Partial<Omit<Workspace, 'metadata'>> & { metadata?: Partial<ObjectMeta> } = {},
): Workspace {
  return {
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    resource: {
      count: 1,
      instanceType: 'Standard_NC24ads_A100_v4',
      labelSelector: { matchLabels: { apps: 'phi-3' } },
    },
    ...(parts.tuning === undefined && {
      inference: { preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' as const } },
    }),
    ...parts,
    metadata: {
      name: 'phi-3',
      namespace: 'default',
      uid: '3b0c1a52-5a3f-4f6e-9d7c-0a1b2c3d4e5f',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...parts.metadata,
    },
  }
}

const CLAIM_METADATA = {
  name: 'ws0123456ab',
  uid: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
}

/** What both kinds of claim ask for. */
const oneGpu = () => ({
  requirements: [
    { key: 'node.kubernetes.io/instance-type', operator: 'In' as const, values: ['Standard_NC24ads_A100_v4'] },
  ],
  resources: { requests: { 'nvidia.com/gpu': '1', storage: '50Gi' } },
  taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' as const }],
})

/** A Machine that asks for one GPU node, as stored by the API server; any part can be replaced. */
export function aMachine(
  parts: { metadata?: Partial<ObjectMeta>; spec?: MachineSpec; status?: MachineStatus } = {},
): Machine {
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: { ...CLAIM_METADATA, ...parts.metadata },
    spec: parts.spec ?? oneGpu(),
    ...(parts.status && { status: parts.status }),
  }
}

/** A NodeClaim that asks for one GPU node without a class, as stored by the API server; any part can be replaced. */
export function aNodeClaim(
  parts: { metadata?: Partial<ObjectMeta>; spec?: Partial<NodeClaimSpec>; status?: NodeClaimStatus } = {},
): NodeClaim {
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { ...CLAIM_METADATA, ...parts.metadata },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      ...oneGpu(),
      expireAfter: 'Never',
      ...parts.spec,
    },
    ...(parts.status && { status: parts.status }),
  }
}
