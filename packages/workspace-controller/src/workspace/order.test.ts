import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { orderOf } from './order.ts'

const SETTINGS = { presetRegistry: 'mcr.microsoft.com/aks/kaito', maxNodesPerWorkspace: 4 }
const SIZE = 'Standard_NC24ads_A100_v4'

function aResource(parts: Partial<Workspace['resource']> = {}): Workspace['resource'] {
  return { count: 1, instanceType: SIZE, labelSelector: { matchLabels: {} }, ...parts }
}

function withResource(parts: Partial<Workspace['resource']>): Workspace {
  return aWorkspace({ resource: aResource(parts) })
}

function withPreset(name: string, parts: Partial<NonNullable<Workspace['inference']>['preset']> = {}): Workspace {
  return aWorkspace({ inference: { preset: { name, accessMode: 'public', ...parts } } })
}

const tuning: Workspace['tuning'] = {
  preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
}

test('takes what the user ordered, in the spelling of the catalogue', () => {
  const resource = { instanceType: 'standard_nc6s_V3', count: 2, labelSelector: { matchLabels: { a: 'b' } } }
  expect(orderOf(withResource(resource), SETTINGS).order).toMatchObject({
    preset: { name: 'phi-3-mini-4k-instruct' },
    image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
    instanceTypes: ['Standard_NC6s_v3'],
    gpusPerNode: 1,
    count: 2,
    nodeLabels: { a: 'b' },
    isExposed: false,
  })
})

test('takes sizes with equal numbers of GPUs as choices, in their order', () => {
  const resource = { instanceType: SIZE, instanceTypes: ['Standard_NC6s_v3', 'standard_NC40ads_h100_V5'] }
  expect(orderOf(withResource(resource), SETTINGS).order).toMatchObject({
    instanceTypes: [SIZE, 'Standard_NC6s_v3', 'Standard_NC40ads_H100_v5'],
    gpusPerNode: 1,
  })
})

test.each([
  ['kubernetes.io/os', 'linux', 'linux'],
  ['node.kubernetes.io/instance-type', SIZE.toLowerCase(), SIZE],
  ['example.com/team', 'a_b.C-1', 'a_b.C-1'],
  ['gpu', '', ''],
])('nodes asked for by the label %s=%s carry %s', (key, value, carried) => {
  const resource = { instanceType: SIZE.toLowerCase(), labelSelector: { matchLabels: { [key]: value } } }
  expect(orderOf(withResource(resource), SETTINGS).order?.nodeLabels).toEqual({ [key]: carried })
})

test.each([
  ['True', true],
  ['true', true],
  ['yes', false],
  ['False', false],
])('kaito.sh/enablelb "%s" exposes the Service: %s', (value, isExposed) => {
  const workspace = aWorkspace({ metadata: { annotations: { 'kaito.sh/enablelb': value } } })
  expect(orderOf(workspace, SETTINGS).order?.isExposed).toBe(isExposed)
})

const adapters = [{ source: { name: 'a', image: 'r.example/a:1' }, strength: '1.0' }]
const privately = { accessMode: 'private' as const, presetOptions: { image: 'r.example/a:1' } }
const label = (key: string, value: string) => withResource({ labelSelector: { matchLabels: { [key]: value } } })
const MALFORMED = 'InvalidRequest'

test.each<[what: string, workspace: Workspace, reason: string, says: string]>([
  ['a name with a dot', aWorkspace({ metadata: { name: 'phi.3' } }), MALFORMED, 'metadata.name: the name "phi.3"'],
  ['no size', aWorkspace({ resource: { count: 1, labelSelector: {} } }), MALFORMED, 'resource.instanceType: name'],
  ['neither task', aWorkspace({ inference: undefined }), MALFORMED, 'inference: one of inference and tuning'],
  ["a label of KAITO's own", label('kaito.sh/workspace', 'a'), MALFORMED, 'resource.labelSelector.matchLabels: '],
  ['a label of the cluster', label('agentpool', 'a'), MALFORMED, 'resource.labelSelector.matchLabels: agentpool'],
  [
    'the label of another size',
    label('node.kubernetes.io/instance-type', 'Standard_NC48ads_A100_v4'),
    MALFORMED,
    'resource.labelSelector.matchLabels: the cluster sets node.kubernetes.io/instance-type',
  ],
  [
    'a fault of form before one of the catalogue',
    aWorkspace({ metadata: { name: '3' }, resource: aResource({ instanceType: 'Standard_D4s_v5' }) }),
    MALFORMED,
    'metadata.name',
  ],
  ['an unknown preset', withPreset('gpt-9'), 'UnknownPreset', 'inference.preset.name: there is no preset "gpt-9"'],
  [
    'an unknown size',
    withResource({ instanceType: 'Standard_D4s_v5' }),
    'UnknownInstanceType',
    'resource.instanceType: "Standard_D4s_v5"',
  ],
  [
    'a second choice that is too small',
    withResource({ instanceTypes: ['Standard_NV6ads_A10_v5'] }),
    'InstanceTypeTooSmall',
    'resource.instanceTypes[0]: the model needs 9 GiB',
  ],
  [
    'a fault of the catalogue before what is not served',
    aWorkspace({ inference: { preset: { name: 'gpt-9', accessMode: 'public' }, adapters } }),
    'UnknownPreset',
    'gpt-9',
  ],
  ['tuning', aWorkspace({ tuning }), 'NotSupported', 'tuning: models are not tuned'],
  ['a template', aWorkspace({ inference: { template: {} } }), 'NotSupported', 'inference.template: '],
  [
    'adapters',
    aWorkspace({ inference: { preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' }, adapters } }),
    'NotSupported',
    'inference.adapters: adapters are not added by this version; create the Workspace without it',
  ],
  [
    'a private image',
    withPreset('phi-3-mini-4k-instruct', privately),
    'NotSupported',
    'inference.preset.accessMode: images of your own',
  ],
  [
    'a model that spans nodes',
    aWorkspace({
      resource: aResource({ instanceType: 'Standard_NC48ads_A100_v4' }),
      inference: { preset: { name: 'llama-2-13b', ...privately } },
    }),
    'NotSupported',
    'inference.preset.name: llama-2-13b spans several nodes',
  ],
  ['existing nodes by name', withResource({ preferredNodes: ['a'] }), 'NotSupported', 'resource.preferredNodes: '],
  ['existing nodes', withResource({ existingNodes: 'Prefer' }), 'NotSupported', 'resource.existingNodes: '],
  ['spot nodes', withResource({ capacityType: 'spot' }), 'NotSupported', 'resource.capacityType: '],
  [
    'a class of nodes',
    withResource({ nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'a' } }),
    'NotSupported',
    'resource.nodeClassRef: ',
  ],
  ['all nodes or none', withResource({ allOrNothing: true }), 'NotSupported', 'resource.allOrNothing: '],
  [
    'sizes that differ in GPUs',
    withResource({ instanceTypes: ['Standard_NC48ads_A100_v4'] }),
    'NotSupported',
    'Standard_NC24ads_A100_v4 has 1, Standard_NC48ads_A100_v4 has 2; create the Workspace with equal ones',
  ],
  [
    'more nodes than allowed',
    withResource({ count: 5 }),
    'LimitReached',
    'resource.count: 5 nodes are above the limit of 4',
  ],
])('buys nothing for %s', (...[, workspace, reason, says]) => {
  const { order, refusal } = orderOf(workspace, SETTINGS)
  expect(order).toBeUndefined()
  expect(refusal?.reason).toBe(reason)
  expect(refusal?.message).toContain(says)
})

test.each<[field: string, resource: Partial<Workspace['resource']>]>([
  ['existingNodes: Never', { existingNodes: 'Never' }],
  ['capacityType: on-demand', { capacityType: 'on-demand' }],
  ['allOrNothing: false', { allOrNothing: false }],
  ['no preferred node', { preferredNodes: [] }],
])('%s asks for what is done anyway', (_field, resource) => {
  expect(orderOf(withResource(resource), SETTINGS).order).toBeDefined()
})

test.each([
  ['no resource', { resource: undefined }],
  ['no selector', { resource: { count: 1, instanceType: SIZE } }],
  ['a preset without a name', { inference: { preset: {} } }],
  ['a task that is no object', { inference: 'serve' }],
  ['null where a field may be', { tuning: null, inference: { preset: null, template: null } }],
])('an object with %s is refused, and throws nothing', (_what, parts) => {
  const stored: Workspace = JSON.parse(JSON.stringify({ ...aWorkspace(), ...parts }))
  expect(orderOf(stored, SETTINGS).refusal?.reason).toBe('InvalidRequest')
})
