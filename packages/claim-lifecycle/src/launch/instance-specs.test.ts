import type { AgentPoolClassSpec } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { instanceSpecs } from './instance-specs.ts'

const taint = (value: string) => ({ key: 'sku', value, effect: 'NoSchedule' as const })

function specOf(parts: Parameters<typeof aMachine>[0], spec: AgentPoolClassSpec) {
  const choices = [{ instanceType: 'big', capacityType: 'spot' as const, zone: '1' }]
  return instanceSpecs(machineAdapter.read(aMachine(parts)), { choices, spec, launch: 2 })[0]
}

test('says of a choice all that a cloud must know', () => {
  expect(specOf({}, {})).toMatchObject({ instanceType: 'big', capacityType: 'spot', zone: '1', launch: 2, class: {} })
})

test('gives a node the labels of its class, then those of the requirements, then those of the claim', () => {
  const requirements = [{ key: 'b', operator: 'In', values: ['asked'] }]
  const spec = { nodeLabels: { a: 'class', b: 'class', c: 'class' } }
  expect(specOf({ metadata: { labels: { c: 'claim' } }, spec: { requirements } }, spec)?.labels).toMatchObject({
    a: 'class',
    b: 'asked',
    c: 'claim',
    'karpenter.sh/capacity-type': 'spot',
  })
})

test('gives a node the taints of its class beside those of the claim, whose value wins', () => {
  const nodeTaints = [taint('class'), { key: 'other', effect: 'NoExecute' as const }]
  expect(specOf({ spec: { taints: [taint('claim')] } }, { nodeTaints })?.taints).toEqual([
    taint('claim'),
    { key: 'other', effect: 'NoExecute' },
  ])
})

test.each<[annotation: string, spec: AgentPoolClassSpec, osSKU: string | undefined]>([
  ['azurelinux', {}, 'AzureLinux'],
  ['AzureLinux', {}, 'AzureLinux'],
  ['azurelinux', { osSKU: 'Ubuntu' }, 'Ubuntu'],
  ['ubuntu', {}, undefined],
  ['anything', {}, undefined],
])("takes the node image %s of KAITO's annotation with the class %j as %s", (family, spec, osSKU) => {
  const annotations = { 'kaito.sh/node-image-family': family }
  expect(specOf({ metadata: { annotations } }, spec)?.class.osSKU).toBe(osSKU)
})

test.each<[requests: Record<string, string>, spec: AgentPoolClassSpec, diskGiB: number | undefined]>([
  [{ storage: '50Gi' }, { osDisk: { sizeGiB: 512 } }, 50],
  [{ 'ephemeral-storage': '1Gi' }, {}, undefined],
  [{ 'ephemeral-storage': '100Gi' }, {}, undefined],
  [{ 'ephemeral-storage': '200Gi' }, {}, 236],
  [{ 'ephemeral-storage': '200Gi' }, { osDisk: { sizeGiB: 512 } }, undefined],
  [{ 'ephemeral-storage': '200Gi' }, { osDisk: { sizeGiB: 64 } }, 236],
])('for %j and the class %j asks for a disk of %s GiB', (requests, spec, diskGiB) => {
  expect(specOf({ spec: { resources: { requests } } }, spec)?.diskGiB).toBe(diskGiB)
})
