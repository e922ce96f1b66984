import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

const azure = {
  ARM_SUBSCRIPTION_ID: 'subscription',
  ARM_RESOURCE_GROUP: 'group',
  AZURE_CLUSTER_NAME: 'cluster',
  LOCATION: 'eastus',
}

test('needs to know which cluster it serves, and names every key that is missing', () => {
  expect(() => readConfig({ LOCATION: 'eastus' })).toThrow(
    /ARM_SUBSCRIPTION_ID.*ARM_RESOURCE_GROUP.*AZURE_CLUSTER_NAME/,
  )
})

test('takes an empty value as not given', () => {
  expect(readConfig({ ...azure, MAX_GPUS: '', KUBECONFIG: '' })).toMatchObject({
    kubeconfig: undefined,
    lifecycle: { maxGpus: undefined, launchDeadlineMs: 45 * 60_000 },
    leaderElection: { enabled: true, namespace: 'gpu-provisioner', name: 'gpu-provisioner' },
  })
})

test.each([
  ['METRICS_PORT', '70000'],
  ['MAX_GPUS', '-1'],
  ['LAUNCH_DEADLINE_MINUTES', '0'],
  ['ARM_ENDPOINT', 'http://127.0.0.1'],
  ['LEADER_ELECT', 'perhaps'],
])('refuses %s=%s by name', (key, value) => {
  expect(() => readConfig({ ...azure, [key]: value })).toThrow(key)
})

test('reads deadlines in minutes', () => {
  expect(readConfig({ ...azure, DRAIN_DEADLINE_MINUTES: '1.5' }).lifecycle.drainDeadlineMs).toBe(90_000)
})
