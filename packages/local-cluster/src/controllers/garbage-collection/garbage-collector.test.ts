import { expect, test } from 'vitest'
import type { KindRef, KubeObject } from '../../cluster-access.ts'
import * as kinds from '../../objects/kinds.ts'
import { eventually, eventuallyOne } from '../../testing/eventually.ts'
import { clusterPerTest, inDefault, names } from '../../testing/started-cluster.ts'

const started = clusterPerTest()

function configMap(name: string, owners: KubeObject[] = []): KubeObject {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    blockOwnerDeletion: true,
  }))
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...inDefault(name), ownerReferences } }
}

test('deletes what lost its owner, and keeps what another owner still has', async () => {
  const access = await started({ kubelet: false })
  const one = await access.create(kinds.CONFIG_MAPS, configMap('one'))
  const two = await access.create(kinds.CONFIG_MAPS, configMap('two'))
  await access.create(kinds.CONFIG_MAPS, configMap('of-one', [one]))
  await access.create(kinds.CONFIG_MAPS, configMap('of-both', [one, two]))
  await access.delete(kinds.CONFIG_MAPS, inDefault('one'))
  const left = await eventually(access, kinds.CONFIG_MAPS, (found) => {
    const kept = found.find(({ metadata }) => metadata.name === 'of-both')
    return found.length === 2 && kept?.metadata.ownerReferences?.length === 1
  })
  expect(names(left)).toEqual(['of-both', 'two'])
})

test('deletes an object that was born after its owner had gone', async () => {
  const access = await started({ kubelet: false })
  const owner = await access.create(kinds.CONFIG_MAPS, configMap('owner'))
  await access.delete(kinds.CONFIG_MAPS, inDefault('owner'))
  await access.create(kinds.CONFIG_MAPS, configMap('late', [owner]))
  await eventually(access, kinds.CONFIG_MAPS, (found) => found.length === 0)
})

test('keeps an owner that is deleted in the foreground until its dependents are gone', async () => {
  const access = await started({ kubelet: false })
  const owner = await access.create(kinds.CONFIG_MAPS, configMap('owner'))
  const held = configMap('held', [owner])
  await access.create(kinds.CONFIG_MAPS, { ...held, metadata: { ...held.metadata, finalizers: ['test.io/hold'] } })
  await access.delete(kinds.CONFIG_MAPS, inDefault('owner'), { propagationPolicy: 'Foreground' })
  await eventuallyOne(access, kinds.CONFIG_MAPS, {
    ref: inDefault('held'),
    isWanted: ({ metadata }) => metadata.deletionTimestamp !== undefined,
  })
  expect((await access.get(kinds.CONFIG_MAPS, inDefault('owner')))?.metadata.finalizers).toEqual(['foregroundDeletion'])
  await access.mergePatch(kinds.CONFIG_MAPS, inDefault('held'), { metadata: { finalizers: [] } })
  await eventually(access, kinds.CONFIG_MAPS, (found) => found.length === 0)
})

test('frees dependents when their owner is deleted as an orphaning one', async () => {
  const access = await started({ kubelet: false })
  const owner = await access.create(kinds.CONFIG_MAPS, configMap('owner'))
  await access.create(kinds.CONFIG_MAPS, configMap('free', [owner]))
  await access.delete(kinds.CONFIG_MAPS, inDefault('owner'), { propagationPolicy: 'Orphan' })
  const [left, ...more] = await eventually(access, kinds.CONFIG_MAPS, (found) => found.length === 1)
  expect([left?.metadata.name, left?.metadata.ownerReferences ?? [], more]).toEqual(['free', [], []])
})

test('collects custom resources and empties their namespaces', async () => {
  const access = await started({ kubelet: false })
  const WIDGETS: KindRef = { group: 'test.io', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true }
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await access.create(kinds.CUSTOM_RESOURCE_DEFINITIONS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.test.io' },
    spec: {
      group: 'test.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const established = (crd: KubeObject) => JSON.stringify(crd.status ?? {}).includes('"Established","status":"True"')
  await eventuallyOne(access, kinds.CUSTOM_RESOURCE_DEFINITIONS, {
    ref: { name: 'widgets.test.io' },
    isWanted: established,
  })
  const widget = (name: string, namespace: string, owners: KubeObject[] = []) => ({
    apiVersion: 'test.io/v1',
    kind: 'Widget',
    metadata: { ...configMap(name, owners).metadata, namespace },
  })
  const owner = await access.create(WIDGETS, widget('owner', 'default'))
  await access.create(kinds.CONFIG_MAPS, configMap('of-widget', [owner]))
  await access.create(WIDGETS, widget('of-widget', 'default', [owner]))
  await access.delete(WIDGETS, inDefault('owner'))
  await eventually(access, kinds.CONFIG_MAPS, (found) => found.length === 0)
  await eventually(access, WIDGETS, (found) => found.length === 0)
  await access.create(kinds.NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  await access.create(WIDGETS, widget('alone', 'team'))
  await access.delete(kinds.NAMESPACES, { name: 'team' })
  await eventually(access, kinds.NAMESPACES, (found) => !names(found).includes('team'))
  expect(await access.list(WIDGETS)).toEqual([])
})

test('gives every namespace its default ServiceAccount, again when it was deleted', async () => {
  const access = await started({ kubelet: false })
  const exists = { ref: inDefault('default'), isWanted: () => true }
  const { metadata } = await eventuallyOne(access, kinds.SERVICE_ACCOUNTS, exists)
  await access.delete(kinds.SERVICE_ACCOUNTS, inDefault('default'))
  const isNew = { ...exists, isWanted: (found: KubeObject) => found.metadata.uid !== metadata.uid }
  await eventuallyOne(access, kinds.SERVICE_ACCOUNTS, isNew)
})
