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
  ['SERVE_MACHINES', 'perhaps'],
])('refuses %s=%s by name', (key, value) => {
  expect(() => readConfig({ ...azure, [key]: value })).toThrow(key)
})

test('serves both kinds of claim, or one of them, but not none', () => {
  expect(readConfig(azure).serve).toEqual({ machines: true, nodeClaims: true })
  expect(readConfig({ ...azure, SERVE_MACHINES: 'false' }).serve).toEqual({ machines: false, nodeClaims: true })
  const none = { SERVE_MACHINES: 'false', SERVE_NODE_CLAIMS: 'false' }
  expect(() => readConfig({ ...azure, ...none })).toThrow('SERVE_MACHINES: one kind of claim must be served')
})

test('reads deadlines in minutes', () => {
  expect(readConfig({ ...azure, DRAIN_DEADLINE_MINUTES: '1.5' }).lifecycle.drainDeadlineMs).toBe(90_000)
})

test('knows the Pod and its account only from a chart', () => {
  const pod = { POD_NAME: 'provisioner-0', POD_NAMESPACE: 'gpu', POD_UID: 'uid-1' }
  expect(readConfig({ ...azure, ...pod, SERVICE_ACCOUNT_NAME: 'account' })).toMatchObject({
    identity: 'provisioner-0',
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'provisioner-0', namespace: 'gpu', uid: 'uid-1' } },
    credential: { serviceAccount: { namespace: 'gpu', name: 'account' } },
  })
  const elsewhere = readConfig({ ...azure, AZURE_CLIENT_ID: 'client-1' })
  expect(elsewhere).toMatchObject({
    pod: undefined,
    azure: { clientId: 'client-1' },
    credential: { clientId: 'client-1' },
  })
  expect(elsewhere.credential).not.toHaveProperty('serviceAccount')
})
