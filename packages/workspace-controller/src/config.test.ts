import { backendSettings } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('everything has a default', () => {
  expect(readConfig({ METRICS_PORT: '' })).toEqual({
    kubeconfig: undefined,
    identity: expect.stringMatching(/_/),
    nodes: { provisioner: 'machine', backend: backendSettings('gpu-provisioner'), groupDeadlineMs: 1_800_000 },
    workspace: {
      presetRegistry: 'mcr.microsoft.com/aks/kaito',
      maxNodesPerWorkspace: 16,
      tuningToolsImage: 'kaito/tuning-tools:0.1.0',
      tuningBaseImage: 'docker.io/library/busybox:1.36.1',
      tuningStartPatienceMs: 7_200_000,
      tuningAllowedAddresses: '',
      adapterImageVolumes: false,
      namespace: 'kaito-workspace',
      tolerations: [],
    },
    leaderElection: { enabled: true, namespace: 'kaito-workspace', name: 'workspace-controller' },
    metricsPort: 8080,
    healthPort: 8081,
    logLevel: 'info',
  })
})

test.each([
  ['METRICS_PORT', 'eighty'],
  ['HEALTH_PROBE_PORT', '70000'],
  ['LEADER_ELECT', 'perhaps'],
  ['LOG_LEVEL', 'loud'],
  ['MAX_NODES_PER_WORKSPACE', '0'],
  ['GROUP_DEADLINE_MINUTES', '-1'],
  ['TUNING_TOOLS_IMAGE', 'an image'],
  ['ADAPTER_IMAGE_VOLUMES', 'perhaps'],
  ['NODE_PROVISIONER', 'nodes'],
  ['NODE_BACKEND', 'karpenter'],
  ['NODE_BACKEND', 'karpenter-aws'],
  ['NODE_BACKEND_SETTINGS', '{'],
  ['NODE_BACKEND_SETTINGS', '[]'],
  ['NODE_BACKEND_SETTINGS', '{"diskRequest": "disk"}'],
  ['PRESET_REGISTRY_NAME', 'registry.example/path:tag; rm'],
])('a bad %s is refused by name', (key, value) => {
  expect(() => readConfig({ [key]: value })).toThrow(key)
})

test('a registry with a port and a path is taken', () => {
  expect(readConfig({ PRESET_REGISTRY_NAME: 'localhost:5000/kaito' }).workspace.presetRegistry).toBe(
    'localhost:5000/kaito',
  )
})

test('the Pod is who leads, where its name is known', () => {
  expect(readConfig({ POD_NAME: 'workspace-0' }).identity).toBe('workspace-0')
})

test('where nodes come from is a profile, of which settings can be replaced', () => {
  const settings = JSON.stringify({
    defaultNodeClass: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'gpu' },
  })
  const nodes = { NODE_PROVISIONER: 'nodeclaim', NODE_BACKEND: 'karpenter-aws', NODE_BACKEND_SETTINGS: settings }
  expect(readConfig(nodes).nodes).toMatchObject({
    provisioner: 'nodeclaim',
    backend: {
      ...backendSettings('karpenter-aws'),
      defaultNodeClass: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'gpu' },
    },
  })
})

test.each([
  [
    'a Machine that Karpenter would not know',
    { NODE_BACKEND: 'karpenter-azure' },
    /NODE_BACKEND: .*use one of gpu-provisioner/,
  ],
  [
    'a NodePool that the gpu-provisioner would not know',
    { NODE_PROVISIONER: 'nodepool' },
    /use one of karpenter-azure/,
  ],
  [
    'claims without a class',
    { NODE_PROVISIONER: 'nodeclaim', NODE_BACKEND_SETTINGS: '{"defaultNodeClass": null}' },
    /defaultNodeClass: is missing/,
  ],
  ['a setting that nobody knows', { NODE_BACKEND_SETTINGS: '{"nodeclass": {}}' }, /NODE_BACKEND_SETTINGS: .*nodeclass/],
  [
    'a part of a setting that is wrong',
    { NODE_BACKEND_SETTINGS: '{"taints": [{"key": "a b", "effect": "NoSchedule"}]}' },
    /taints\.0\.key: must be the key of a label/,
  ],
])('%s is refused, with the setting that is wrong', (...[, variables, message]) => {
  expect(() => readConfig(variables)).toThrow(message)
})
