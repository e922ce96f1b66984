import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('everything has a default', () => {
  expect(readConfig({ METRICS_PORT: '' })).toEqual({
    kubeconfig: undefined,
    identity: expect.stringMatching(/_/),
    groupDeadlineMs: 1_800_000,
    workspace: {
      presetRegistry: 'mcr.microsoft.com/aks/kaito',
      maxNodesPerWorkspace: 16,
      tuningToolsImage: 'kaito/tuning-tools:0.1.0',
      tuningBaseImage: 'docker.io/library/busybox:1.36.1',
      tuningStartPatienceMs: 7_200_000,
      tuningAllowedAddresses: '',
      adapterImageVolumes: false,
      namespace: 'kaito-workspace',
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
