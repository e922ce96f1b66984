import { customResourceDefinitions } from '@kaito/api'
import { ApiUnreachable, type KubernetesObject, type Resource } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { checkServedMachines } from './served-machines.ts'

const DEFINITIONS: Resource<KubernetesObject> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const { signal } = new AbortController()
const ours = Object.values(customResourceDefinitions())
  .map((definition) => JSON.stringify(definition))
  .find((text) => text.includes('machines.karpenter.sh'))

function check(definition: string | undefined) {
  const cluster = createFakeCluster({ clock: createManualClock() })
  if (definition) cluster.put(DEFINITIONS, JSON.parse(definition))
  return { cluster, done: checkServedMachines(cluster.client, createMemoryLog(), signal) }
}

test('accepts the definition of this release', async () => {
  await expect(check(ours).done).resolves.toBeUndefined()
})

test('waits for a definition that is not there yet', async () => {
  await expect(check(undefined).done).resolves.toBeUndefined()
})

test.each([
  ['without the version we speak', '"name":"v1alpha5"', '"name":"v1beta1"'],
  ['that does not serve it', '"served":true', '"served":false'],
  ['that would drop the provider ID', '"providerID"', '"anotherID"'],
])('refuses a definition %s', async (_case, text, replacement) => {
  expect(ours).toContain(text)
  await expect(check(ours?.replaceAll(text, replacement)).done).rejects.toThrow('machines.karpenter.sh')
})

test('goes on unchecked while the server does not answer', async () => {
  const cluster = createFakeCluster({ clock: createManualClock() })
  cluster.failReads(new ApiUnreachable('away'))
  await expect(checkServedMachines(cluster.client, createMemoryLog(), signal)).resolves.toBeUndefined()
})
