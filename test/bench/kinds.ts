const INSTANCE_TYPE = 'Standard_NC24ads_A100_v4'
const MACHINES = '/apis/karpenter.sh/v1alpha5/machines'

/** What is created to get one node each. */
export interface ArrivingKind {
  kind: 'Workspace' | 'Machine' | 'NodeClaim'
  /** Its collection, from the root of the API. */
  path: string
  /** Collection of the claims that stand for it: its own where it is one. */
  claims: string
  readyCondition: string
  object(name: string): object
}

/** One node, one preset. */
export const WORKSPACE: ArrivingKind = {
  kind: 'Workspace',
  path: '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces',
  claims: MACHINES,
  readyCondition: 'WorkspaceReady',
  object: (name) => ({
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name },
    resource: { instanceType: INSTANCE_TYPE, labelSelector: { matchLabels: { apps: name } } },
    inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
  }),
}

/** What is in it is an adapter; other images are empty. */
export const ADAPTER_IMAGE = 'registry.example.com/adapters/tone:1'

const inferenceWith = (strength: string) => ({
  preset: { name: 'phi-3-mini-4k-instruct' },
  adapters: [{ source: { name: 'tone', image: ADAPTER_IMAGE }, strength }],
})

/** The same with an adapter. */
export const ADAPTED_WORKSPACE: ArrivingKind = {
  ...WORKSPACE,
  object: (name) => ({ ...WORKSPACE.object(name), inference: inferenceWith('0.5') }),
}
/** Merged over one with an adapter: its Pods have to be made anew. */
export const NEW_STRENGTH = { inference: inferenceWith('0.25') }

const claimSpec = {
  requirements: [
    { key: 'node.kubernetes.io/instance-type', operator: 'In', values: [INSTANCE_TYPE] },
    { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
    { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
  ],
  taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
  resources: { requests: { 'nvidia.com/gpu': '1' } },
}

/** A claim as the Workspace controller writes it, made by nobody who needs a Workspace. */
export const MACHINE: ArrivingKind = {
  kind: 'Machine',
  path: MACHINES,
  claims: MACHINES,
  readyCondition: 'Ready',
  object: (name) => ({
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: { name, labels: { 'kaito.sh/workspace': name, 'kaito.sh/workspacenamespace': 'default' } },
    spec: claimSpec,
  }),
}

const NODE_CLAIMS = '/apis/karpenter.sh/v1/nodeclaims'

const NODE_CLAIM: ArrivingKind = {
  kind: 'NodeClaim',
  path: NODE_CLAIMS,
  claims: NODE_CLAIMS,
  readyCondition: 'Ready',
  object: (name) => ({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name },
    spec: {
      ...claimSpec,
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      expireAfter: 'Never',
    },
  }),
}

/** Kinds of claims by the name they have on the command line. */
export const CLAIM_KINDS: Record<string, ArrivingKind> = { machines: MACHINE, nodeclaims: NODE_CLAIM }
