import type { Manifest } from '../harness/manifests.ts'

const SIZE_KEY = 'node.kubernetes.io/instance-type'
const [A100, T4] = ['Standard_NC24ads_A100_v4', 'Standard_NC4as_T4_v3'] as const
const MACHINE = { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' } as const
const NODE_CLAIM = { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' } as const
const GPU_TAINT = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
const WORKSPACE = { 'kaito.sh/workspace': 'phi-3', 'kaito.sh/workspacenamespace': 'default' }
const OWNER = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', blockOwnerDeletion: true }

const isIn = (key: string, ...values: string[]) => ({ key, operator: 'In', values })

/** GPU sizes from the cheapest to the dearest, some of which a region may not have, as a scheduler lists them. */
const BY_PRICE = [
  'NV6ads_A10_v5',
  'NC4as_T4_v3',
  'NC8as_T4_v3',
  'NV12ads_A10_v5',
  'NC6s_v2',
  'NC16as_T4_v3',
  'NV18ads_A10_v5',
  'NC6s_v3',
  'NC12s_v2',
  'NV36ads_A10_v5',
  'NV36adms_A10_v5',
  'NC24ads_A100_v4',
  'NC64as_T4_v3',
  'NC12s_v3',
  'NV72ads_A10_v5',
  'NC40ads_H100_v5',
  'NC48ads_A100_v4',
  'NC24s_v2',
  'NC24s_v3',
  'NC24rs_v3',
  'NC80adis_H100_v5',
  'NC96ads_A100_v4',
  'ND40s_v3',
  'ND40rs_v2',
  'ND96asr_v4',
  'ND96amsr_A100_v4',
  'ND96is_H100_v5',
  'ND96isr_H100_v5',
  'ND96is_H200_v5',
  'ND96isr_H200_v5',
].map((size) => `Standard_${size}`)

/** The Machine of KAITO 0.3.2 for a preset that needs that much disk; its templates name themselves. */
export function kaitoMachine(name: string, storage: string): Manifest {
  return {
    ...MACHINE,
    metadata: { name, labels: { 'karpenter.sh/provisioner-name': 'default', ...WORKSPACE, apps: 'phi-3' } },
    spec: {
      machineTemplateRef: { name },
      requirements: [
        isIn(SIZE_KEY, A100),
        isIn('karpenter.sh/provisioner-name', 'default'),
        isIn('kaito.sh/machine-type', 'gpu'),
        isIn('kubernetes.io/arch', 'amd64'),
        isIn('kubernetes.io/os', 'linux'),
      ],
      taints: [GPU_TAINT],
      resources: { requests: { storage } },
    },
  }
}

/** The NodeClaim of KAITO 0.12.0 for KAITO's gpu-provisioner. */
export function kaitoNodeClaim(name: string): Manifest {
  return {
    ...NODE_CLAIM,
    metadata: {
      name,
      labels: { 'karpenter.sh/nodepool': 'kaito', ...WORKSPACE, apps: 'phi-3' },
      annotations: { 'karpenter.sh/do-not-disrupt': 'true' },
    },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      requirements: [isIn('karpenter.sh/nodepool', 'kaito'), isIn(SIZE_KEY, A100), isIn('kubernetes.io/os', 'linux')],
      taints: [GPU_TAINT],
      resources: { requests: { storage: '120Gi' } },
      expireAfter: 'Never',
    },
  }
}

/** What Karpenter's scheduler makes for pods that its NodePool `gpu` of a class of the same name has room for. */
export function scheduledNodeClaim(name: string): Manifest {
  const labels = { 'karpenter.sh/nodepool': 'gpu', 'kaito.sh/agentpoolclass': 'gpu', team: 'ml' }
  return {
    ...NODE_CLAIM,
    metadata: {
      name,
      labels,
      annotations: { 'karpenter.sh/nodepool-hash': '4012513481623584108', 'karpenter.sh/nodepool-hash-version': 'v3' },
      ownerReferences: [{ ...OWNER, name: 'gpu', uid: '0c6e2b8e-6a3b-4f43-9a55-0f5f6a5d1a11' }],
    },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' },
      requirements: [
        ...Object.entries(labels).map(([key, value]) => isIn(key, value)),
        isIn('karpenter.sh/capacity-type', 'on-demand', 'spot'),
        isIn('kubernetes.io/arch', 'amd64'),
        isIn('kubernetes.io/os', 'linux'),
        isIn('topology.kubernetes.io/zone', 'eastus-1', 'eastus-2', 'eastus-3'),
        isIn('karpenter.azure.com/sku-gpu-manufacturer', 'nvidia'),
        { key: 'karpenter.azure.com/sku-gpu-count', operator: 'Gt', values: ['0'] },
        { key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'Exists' },
        { key: 'example.com/tier', operator: 'Exists' },
        { key: 'example.com/legacy', operator: 'DoesNotExist' },
        { ...isIn(SIZE_KEY, ...BY_PRICE), minValues: 2 },
      ],
      taints: [GPU_TAINT],
      resources: {
        requests: { cpu: '3850m', memory: '12Gi', pods: '7', 'ephemeral-storage': '1536Mi', 'nvidia.com/gpu': '1' },
      },
      terminationGracePeriod: '1h',
      expireAfter: '720h',
    },
  }
}

/** A NodePool that asks for no nodes, of the class `gpu`. */
export function nodePool(name: string): Manifest {
  return {
    ...{ apiVersion: OWNER.apiVersion, kind: OWNER.kind, metadata: { name } },
    spec: {
      replicas: 0,
      template: {
        spec: {
          nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' },
          requirements: [isIn(SIZE_KEY, A100)],
        },
      },
    },
  }
}

/** What Karpenter makes for a NodePool that has `replicas`: such a claim requests nothing. */
export function staticNodeClaim(name: string): Manifest {
  const labels = { 'karpenter.sh/nodepool': 'always', 'kaito.sh/agentpoolclass': 'gpu' }
  return {
    ...NODE_CLAIM,
    metadata: {
      name,
      labels,
      annotations: { 'karpenter.sh/nodepool-hash': '11775213481623584108', 'karpenter.sh/nodepool-hash-version': 'v3' },
      ownerReferences: [{ ...OWNER, name: 'always', uid: '5b1c8f6e-1a43-4d0c-8c41-3f0a54c0b7d2' }],
    },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' },
      requirements: [
        ...Object.entries(labels).map(([key, value]) => isIn(key, value)),
        isIn('karpenter.sh/capacity-type', 'on-demand'),
        isIn(SIZE_KEY, A100),
      ],
      expireAfter: 'Never',
    },
  }
}

/** The least that somebody must type. */
export function bareMachine(name: string): Manifest {
  return { ...MACHINE, metadata: { name }, spec: { requirements: [isIn(SIZE_KEY, A100)] } }
}

export function bareNodeClaim(name: string, className = ''): Manifest {
  const kind = className ? 'AgentPoolClass' : 'KaitoNodeClass'
  const nodeClassRef = { group: 'kaito.sh', kind, name: className || 'default' }
  return { ...NODE_CLAIM, metadata: { name }, spec: { nodeClassRef, requirements: [isIn(SIZE_KEY, A100)] } }
}

/** A claim of Azure's own Karpenter for a Workspace: its label must not make it ours. */
export function foreignNodeClaim(name: string): Manifest {
  const nodeClassRef = { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'default' }
  const requirements = [isIn(SIZE_KEY, T4)]
  return { ...NODE_CLAIM, metadata: { name, labels: WORKSPACE }, spec: { nodeClassRef, requirements } }
}

export function agentPoolClass(name: string, spec: object): Manifest {
  return { apiVersion: 'kaito.sh/v1alpha1', kind: 'AgentPoolClass', metadata: { name }, spec }
}
