import { expect, test } from 'vitest'
import type { EnvironmentVariable } from '../../objects/pod.ts'
import { aPod } from '../../testing/objects.ts'
import { containerEnvironment, expandedCommand } from './container-environment.ts'

const address = { podIP: '10.244.0.2', hostIP: '10.1.1.1' }
const pod = aPod({
  metadata: {
    name: 'set-1',
    uid: 'u',
    labels: { 'apps.kubernetes.io/pod-index': '1' },
    annotations: { b: 'y', a: 'x' },
  },
  spec: { nodeName: 'machine', serviceAccountName: 'default' },
})
const stored: Record<string, Record<string, Buffer>> = {
  secret: { key: Buffer.from('hidden') },
  configmap: { key: Buffer.from('open') },
}
const objects = {
  data: async (kind: string, name: string) => (name === 'there' ? stored[kind] : undefined),
  pullConfigs: async () => ({ configs: [], missing: [] }),
}

function environment(...env: EnvironmentVariable[]) {
  return containerEnvironment({ container: { name: 'main', image: 'x', env }, pod, address, objects })
}

test.each([
  ["metadata.labels['apps.kubernetes.io/pod-index']", '1'],
  ["metadata.annotations['missing']", ''],
  ['metadata.annotations', 'a="x"\nb="y"'],
  ['metadata.name', 'set-1'],
  ['metadata.namespace', 'default'],
  ['metadata.uid', 'u'],
  ['spec.nodeName', 'machine'],
  ['status.podIP', '10.244.0.2'],
  ['status.hostIP', '10.1.1.1'],
])('takes %s from the pod', async (fieldPath, value) => {
  expect(await environment({ name: 'A', valueFrom: { fieldRef: { fieldPath } } })).toEqual({ A: value })
})

test('takes keys of Secrets and ConfigMaps, and leaves optional ones out that are missing', async () => {
  const ref = { name: 'there', key: 'key' }
  const gone = { name: 'gone', key: 'key', optional: true }
  const env = await environment(
    { name: 'SECRET', valueFrom: { secretKeyRef: ref } },
    { name: 'CONFIG', valueFrom: { configMapKeyRef: ref } },
    { name: 'GONE', valueFrom: { secretKeyRef: gone } },
    { name: 'NO_KEY', valueFrom: { configMapKeyRef: { ...ref, key: 'other', optional: true } } },
  )
  expect(env).toEqual({ SECRET: 'hidden', CONFIG: 'open' })
})

test('takes all keys of a Secret or ConfigMap, under variables of its own', async () => {
  const envFrom = [
    { secretRef: { name: 'there' } },
    { prefix: 'OPEN_', configMapRef: { name: 'there' } },
    { configMapRef: { name: 'gone', optional: true } },
  ]
  const container = { name: 'main', image: 'x', envFrom, env: [{ name: 'key', value: 'own $(OPEN_key)' }] }
  const facts = { pod, address, objects }
  expect(await containerEnvironment({ ...facts, container })).toEqual({ key: 'own open', OPEN_key: 'open' })
  const lost = { ...container, envFrom: [{ secretRef: { name: 'gone' } }] }
  await expect(containerEnvironment({ ...facts, container: lost })).rejects.toThrow('secret "gone" not found')
})

test.each<[rule: string, source: EnvironmentVariable['valueFrom'], message: string]>([
  ['a missing Secret', { secretKeyRef: { name: 'gone', key: 'key' } }, 'secret "gone" not found'],
  ['a missing key', { secretKeyRef: { name: 'there', key: 'no' } }, "couldn't find key no in Secret default/there"],
  ['a missing ConfigMap', { configMapKeyRef: { name: 'gone', key: 'key' } }, 'configmap "gone" not found'],
  ['a source that is not simulated', {}, 'the source of variable A is not simulated'],
])('refuses %s as the kubelet does', async (_rule, valueFrom, message) => {
  await expect(environment({ name: 'A', valueFrom: valueFrom ?? {} })).rejects.toMatchObject({
    reason: 'CreateContainerConfigError',
    message,
  })
})

test('fills earlier variables into later ones and into the command, never the other way round', async () => {
  const env = await environment(
    { name: 'EARLY', value: '$(LATE)' },
    { name: 'LATE', value: 'late' },
    { name: 'BOTH', value: '$(EARLY)-$(LATE)-$$(LATE)' },
  )
  expect(env).toEqual({ EARLY: '$(LATE)', LATE: 'late', BOTH: '$(LATE)-late-$(LATE)' })
  const container = { name: 'main', image: 'x', command: ['run', '--a=$(LATE)'], args: ['$(NOBODY)'] }
  expect(expandedCommand(container, env)).toEqual(['run', '--a=late', '$(NOBODY)'])
})
