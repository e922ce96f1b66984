import type { KindRef, KubeObject } from '@kaito/local-cluster'

/** One kind of claim, as those who write and read claims know it. */
export interface ClaimKind {
  kind: KindRef
  /** A claim for one GPU on one of these sizes, best first. */
  object(name: string, sizes: readonly string[]): KubeObject
}

const REQUESTS = { 'nvidia.com/gpu': '1', storage: '50Gi' }
const TAINTS = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]

export const MACHINE: ClaimKind = {
  kind: { group: 'karpenter.sh', version: 'v1alpha5', plural: 'machines', kind: 'Machine', namespaced: false },
  object: (name, sizes) => ({
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: { name },
    spec: {
      requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [...sizes] }],
      resources: { requests: REQUESTS },
      taints: TAINTS,
    },
  }),
}

/** As Karpenter's core and KAITO write them; the class needs no object. */
const NODE_CLAIM: ClaimKind = {
  kind: { group: 'karpenter.sh', version: 'v1', plural: 'nodeclaims', kind: 'NodeClaim', namespaced: false },
  object: (name, sizes) => ({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name },
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [...sizes] }],
      resources: { requests: { 'nvidia.com/gpu': '1', 'ephemeral-storage': '50Gi' } },
      taints: TAINTS,
      expireAfter: 'Never',
    },
  }),
}

export const CLAIM_KINDS: Readonly<Record<string, ClaimKind>> = { machine: MACHINE, nodeclaim: NODE_CLAIM }
