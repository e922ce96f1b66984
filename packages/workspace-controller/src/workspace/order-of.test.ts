import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { SETTINGS as DEFAULTS } from '../testing/an-order.ts'
import { orderOf } from './order-of.ts'

const SETTINGS = { ...DEFAULTS, maxNodesPerWorkspace: 4 }
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
    nodes: { instanceTypes: ['Standard_NC6s_v3'], gpusPerNode: 1, count: 2, labels: { a: 'b' }, diskGiB: 50 },
    work: {
      kind: 'preset',
      preset: { name: 'phi-3-mini-4k-instruct' },
      image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
      adapters: [],
      pullSecrets: [],
      readiness: { timeoutMinutes: 30, givesBackNodes: false },
      isExposed: false,
    },
  })
})

test('takes sizes with equal numbers of GPUs as choices, in their order', () => {
  const resource = { instanceType: SIZE, instanceTypes: ['Standard_NC6s_v3', 'standard_NC40ads_h100_V5'] }
  expect(orderOf(withResource(resource), SETTINGS).order).toMatchObject({
    nodes: { instanceTypes: [SIZE, 'Standard_NC6s_v3', 'Standard_NC40ads_H100_v5'], gpusPerNode: 1 },
  })
})

test.each([
  ['kubernetes.io/os', 'linux', 'linux'],
  ['node.kubernetes.io/instance-type', SIZE.toLowerCase(), SIZE],
  ['example.com/team', 'a_b.C-1', 'a_b.C-1'],
  ['gpu', '', ''],
])('nodes asked for by the label %s=%s carry %s', (key, value, carried) => {
  const resource = { instanceType: SIZE.toLowerCase(), labelSelector: { matchLabels: { [key]: value } } }
  expect(orderOf(withResource(resource), SETTINGS).order?.nodes.labels).toEqual({ [key]: carried })
})

test.each([
  ['True', true],
  ['true', true],
  ['yes', false],
  ['False', false],
])('kaito.sh/enablelb "%s" exposes the Service: %s', (value, isExposed) => {
  const workspace = aWorkspace({ metadata: { annotations: { 'kaito.sh/enablelb': value } } })
  expect(orderOf(workspace, SETTINGS).order?.work.isExposed).toBe(isExposed)
})

const adapters = [{ source: { name: 'a', image: 'r.example/a:1' }, strength: '1.0' }]
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
  [
    'a template that takes the host',
    aWorkspace({ inference: { template: { spec: { hostNetwork: true, containers: [{ name: 'a', image: 'a' }] } } } }),
    MALFORMED,
    'inference.template.spec.hostNetwork',
  ],
  [
    'a name that no StatefulSet can have',
    aWorkspace({
      metadata: { name: 'a'.repeat(53) },
      resource: aResource({ instanceType: 'Standard_NC48ads_A100_v4' }),
      inference: {
        preset: { name: 'llama-2-13b', accessMode: 'private', presetOptions: { image: 'r.example/a:1' } },
      },
    }),
    MALFORMED,
    'metadata.name: a Workspace of a model that spreads',
  ],
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

test.each<[what: string, resource: Partial<Workspace['resource']>, nodes: object]>([
  [
    'nodes that exist, unless it is forbidden',
    {},
    { existingNodes: 'Prefer', preferredNodes: [], allOrNothing: false },
  ],
  ['new nodes only', { existingNodes: 'Never' }, { existingNodes: 'Never' }],
  ['nodes by name first', { preferredNodes: ['a'] }, { preferredNodes: ['a'] }],
  ['spot nodes', { capacityType: 'spot' }, { capacityType: 'spot' }],
  ['all nodes or none', { allOrNothing: true }, { allOrNothing: true }],
  [
    'a class of nodes',
    { nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'a' } },
    { nodeClass: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'a' } },
  ],
])('asks for %s', (...[, resource, nodes]) => {
  expect(orderOf(withResource(resource), SETTINGS).order?.nodes).toMatchObject(nodes)
})

test.each<[what: string, workspace: Workspace, work: object]>([
  [
    'a private image with its Secret and those of the adapters, each once',
    aWorkspace({
      inference: {
        preset: {
          name: 'phi-3-mini-4k-instruct',
          accessMode: 'private',
          presetOptions: { image: 'r.example/a:1', imagePullSecrets: ['one', 'two'] },
        },
        adapters: [
          { source: { name: 'a', image: 'r.example/b:1', imagePullSecrets: ['two', 'three'] }, strength: '0.5' },
        ],
      },
    }),
    {
      image: 'r.example/a:1',
      pullSecrets: ['one', 'two', 'three'],
      adapters: [{ name: 'a', image: 'r.example/b:1', strength: '0.5' }],
    },
  ],
  [
    'another patience, and nodes that go',
    aWorkspace({
      inference: {
        preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
        readiness: { timeoutMinutes: 5, whenMissed: 'GiveBackNodes' },
      },
    }),
    { readiness: { timeoutMinutes: 5, givesBackNodes: true } },
  ],
  [
    "a template of the user's",
    aWorkspace({ inference: { template: { spec: { containers: [{ name: 'a', image: 'a' }] } } } }),
    {
      kind: 'template',
      template: { spec: { containers: [{ name: 'a', image: 'a' }] } },
      readiness: { timeoutMinutes: 30 },
    },
  ],
  [
    'a tuning',
    aWorkspace({ tuning }),
    {
      kind: 'tuning',
      image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
      method: 'qlora',
      configName: undefined,
      input: { urls: ['https://example.com/data.parquet'] },
      output: { image: 'registry.example/out:1', pushSecret: 'push' },
      toolsImage: SETTINGS.tuningToolsImage,
      baseImage: SETTINGS.tuningBaseImage,
    },
  ],
])('runs %s', (...[, workspace, work]) => {
  expect(orderOf(workspace, SETTINGS).order?.work).toMatchObject(work)
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
