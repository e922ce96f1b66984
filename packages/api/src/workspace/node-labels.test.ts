import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const SIZE_LABEL = 'node.kubernetes.io/instance-type'
const PATH = 'resource.labelSelector.matchLabels'

const faults = (labelSelector: object, sizes: object = { instanceType: A100 }) =>
  workspaceFaults({ ...aWorkspace(), resource: { ...sizes, labelSelector } })

test.each<[key: string, value: string]>([
  ['kubernetes.io/os', 'linux'],
  ['kubernetes.io/arch', 'amd64'],
  [SIZE_LABEL, A100],
  ['example.com/team', 'a_b.C-1'],
  ['gpu', ''],
  ['my-agentpool', 'a'],
  [`${'a'.repeat(253)}/${'b'.repeat(63)}`, 'c'.repeat(63)],
])('takes nodes with the label %s=%s', (key, value) => {
  expect(faults({ matchLabels: { [key]: value } })).toEqual([])
})

test.each([
  ['no labels', {}],
  ['an empty map', { matchLabels: {} }],
  ['no conditions', { matchExpressions: [] }],
])('takes %s', (_what, selector) => expect(faults(selector)).toEqual([]))

const NOT_A_KEY = 'a key is not a label key; write letters, digits, "-", "_" and ".", after an optional "prefix/"'
const OURS = 'labels under kaito.sh and karpenter.sh are set by KAITO itself; use a label of your own'
const CLUSTERS =
  'agentpool and labels under kubernetes.io and kubernetes.azure.com are set by the cluster on each node, so a new node cannot be given them; use a label of your own'

test.each<[key: string, value: string, message: string]>([
  ['bad key', 'a', NOT_A_KEY],
  ['-a', 'a', NOT_A_KEY],
  ['', 'a', NOT_A_KEY],
  ['a/', 'a', NOT_A_KEY],
  ['/a', 'a', NOT_A_KEY],
  ['a/b/c', 'a', NOT_A_KEY],
  ['Example.com/a', 'a', NOT_A_KEY],
  ['a..b/c', 'a', NOT_A_KEY],
  ['a'.repeat(64), 'a', NOT_A_KEY],
  [`${'a'.repeat(254)}/b`, 'a', NOT_A_KEY],
  ['kaito.sh/workspace', 'other', OURS],
  ['compute.karpenter.sh/a', 'b', OURS],
  ['kubernetes.io/hostname', 'mine', CLUSTERS],
  ['kubernetes.io/os', 'windows', CLUSTERS],
  ['kubernetes.io/arch', 'arm64', CLUSTERS],
  ['topology.kubernetes.io/zone', '1', CLUSTERS],
  ['failure-domain.beta.kubernetes.io/zone', '1', CLUSTERS],
  ['kubernetes.azure.com/mode', 'system', CLUSTERS],
  ['agentpool', 'mine', CLUSTERS],
])('refuses nodes with the label %s=%s', (key, value, message) => {
  expect(faults({ matchLabels: { [key]: value } })).toEqual([{ path: PATH, message }])
})

test.each(['a b', '-a', 'a.', 'ä', 'a'.repeat(64), 'a\n'])('refuses the label value %j and names its key', (value) => {
  const message = 'is not a label value; write at most 63 letters, digits, "-", "_" and "."'
  expect(faults({ matchLabels: { 'example.com/a': value } })).toContainEqual({
    path: `${PATH}[example.com/a]`,
    message,
  })
})

test.each<[what: string, sizes: object, label: string]>([
  ['another size', { instanceType: A100 }, 'Standard_NC48ads_A100_v4'],
  ['one of several sizes', { instanceTypes: [A100, 'Standard_NC48ads_A100_v4'] }, A100],
  ['the first of several sizes', { instanceType: A100, instanceTypes: ['Standard_NC48ads_A100_v4'] }, A100],
])('refuses nodes with the label of %s', (_what, sizes, label) => {
  const message = `the cluster sets ${SIZE_LABEL} to the size of each node; write the only size of this Workspace, or leave the label out`
  expect(faults({ matchLabels: { [SIZE_LABEL]: label } }, sizes)).toEqual([{ path: PATH, message }])
})

test('takes the label of the only size in a list', () => {
  expect(faults({ matchLabels: { [SIZE_LABEL]: A100 } }, { instanceTypes: [A100] })).toEqual([])
})

test('refuses conditions on labels', () => {
  expect(faults({ matchExpressions: [{ key: 'gpu', operator: 'Exists' }] })).toEqual([
    {
      path: 'resource.labelSelector.matchExpressions',
      message: 'resource.labelSelector.matchExpressions is not supported; write the labels under matchLabels',
    },
  ])
})

test('refuses more labels than fit', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'b']))
  expect(faults({ matchLabels: many(32) })).toEqual([])
  expect(faults({ matchLabels: many(33) })).toEqual([{ path: PATH, message: 'may not have more than 32 entries' }])
})
