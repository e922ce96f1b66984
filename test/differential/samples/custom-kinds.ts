import type { SampleKind } from './sample-kind.ts'

const CONDITION = {
  type: 'ResourceReady',
  status: 'True',
  reason: 'Ready',
  message: 'text',
  lastTransitionTime: '2001-01-01T00:00:00Z',
}
const TUNING = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'lora',
  input: { urls: ['https://example.com/a'] },
  output: { image: 'example.com/out:1', imagePushSecret: 'push' },
}

const workspace: SampleKind = {
  group: 'kaito.sh',
  version: 'v1alpha1',
  kind: 'Workspace',
  plural: 'workspaces',
  namespaced: true,
  custom: true,
  fields: () => ({
    resource: { instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: { app: 'a' } } },
    inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
  }),
  good: [
    { at: '/inference/preset/name', value: 'phi-3-mini-128k-instruct' },
    { at: '/resource/preferredNodes', value: ['a', 'b'] },
    { at: '/inference/preset/accessMode', value: 'public' },
  ],
  bad: [
    { at: '/resource/instanceType', value: 'Standard_NC6s_v3' },
    { at: '/resource/instanceType', value: 'Standard_D2s_v3' },
    { at: '/resource/instanceType', value: '' },
    { at: '/resource/instanceType' },
    { at: '/resource/count', value: 2 },
    { at: '/resource/count', value: 0 },
    { at: '/resource/count', value: 17 },
    { at: '/resource/count', value: 'two' },
    { at: '/resource/count', value: 1.5 },
    { at: '/resource/count', value: null },
    { at: '/resource/labelSelector/matchLabels/app', value: 'b' },
    { at: '/resource/labelSelector' },
    {
      at: '/resource/labelSelector/matchExpressions',
      value: [{ key: 'a', operator: 'Exists' }],
    },
    { at: '/resource/unknown', value: 1 },
    { at: '/resource' },
    { at: '/inference/preset/name', value: 'no-such-preset' },
    { at: '/inference/preset/accessMode', value: 'private' },
    { at: '/inference/preset/accessMode', value: 'wrong' },
    { at: '/inference/preset/presetOptions', value: { image: 'NOT AN IMAGE' } },
    { at: '/inference/preset/presetOptions', value: { image: 'example.com/a:1', imagePullSecrets: ['Bad_Name'] } },
    { at: '/inference/preset' },
    { at: '/inference' },
    { at: '/tuning', value: TUNING },
    { at: '/tuning', value: { ...TUNING, method: 'wrong', output: {} } },
    { at: '/inference/template', value: { kind: 'PodTemplate' } },
  ],
  status: [
    { at: '/status/conditions', value: [CONDITION] },
    { at: '/status/conditions', value: [CONDITION, CONDITION] },
    { at: '/status/conditions', value: [{ ...CONDITION, status: 'Perhaps' }] },
    { at: '/status/conditions', value: [{ type: 'ResourceReady' }] },
    { at: '/status/conditions', value: [{ ...CONDITION, lastTransitionTime: 'never' }] },
    { at: '/status/workerNodes', value: ['a'] },
    { at: '/status/slots', value: [{ ordinal: 0, attempt: 0, claimName: 'a', unknown: 1 }] },
    { at: '/status' },
  ],
  selectors: ['metadata.name=a', 'metadata.namespace!=default', 'resource.count=1'],
}

const machine: SampleKind = {
  group: 'karpenter.sh',
  version: 'v1alpha5',
  kind: 'Machine',
  plural: 'machines',
  namespaced: false,
  custom: true,
  fields: () => ({
    spec: {
      machineTemplateRef: { name: 'default' },
      requirements: [{ key: 'karpenter.sh/provisioner-name', operator: 'In', values: ['default'] }],
      resources: { requests: { 'nvidia.com/gpu': 1, storage: '100Gi' } },
    },
  }),
  good: [
    { at: '/spec/taints', value: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
    { at: '/spec/kubelet', value: { maxPods: 30, systemReserved: { cpu: '100m' } } },
    { at: '/spec/resources/requests/cpu', value: '4' },
  ],
  bad: [
    { at: '/spec/requirements', value: [{ operator: 'In' }] },
    { at: '/spec/resources/requests/cpu', value: 'many' },
    { at: '/spec/resources/requests/cpu', value: true },
    { at: '/spec/kubelet', value: { maxPods: -1 } },
    { at: '/spec/kubelet', value: { maxPods: 3_000_000_000 } },
    { at: '/spec/kubelet', value: { imageGCHighThresholdPercent: 101, unknown: { a: 1 } } },
    { at: '/spec/taints', value: [{ key: 'a', effect: 'b', timeAdded: 'never' }] },
    { at: '/spec/machineTemplateRef', value: {} },
    { at: '/spec', value: 'text' },
    { at: '/spec', value: null },
  ],
  status: [
    { at: '/status', value: { nodeName: 'a', providerID: 'azure:///a', capacity: { cpu: '4' } } },
    { at: '/status/capacity', value: { cpu: 'x' } },
    { at: '/status/conditions', value: [{ type: 'Ready' }] },
  ],
}

export const CUSTOM_KINDS: SampleKind[] = [workspace, machine]
