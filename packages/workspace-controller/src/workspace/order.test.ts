import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { orderOf } from './order.ts'

const SETTINGS = { presetRegistry: 'mcr.microsoft.com/aks/kaito', maxNodesPerWorkspace: 4 }

function aResource(parts: Partial<Workspace['resource']> = {}): Workspace['resource'] {
  return { count: 1, instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: {} }, ...parts }
}

const tuning: Workspace['tuning'] = {
  preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
}

test('takes what the user ordered, in the spelling of the catalogue', () => {
  const resource = aResource({ instanceType: 'standard_nc6s_V3', count: 2, labelSelector: { matchLabels: { a: 'b' } } })
  const { order } = orderOf(aWorkspace({ resource }), SETTINGS)
  expect(order).toMatchObject({
    preset: { name: 'phi-3-mini-4k-instruct' },
    image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
    instanceType: { name: 'Standard_NC6s_v3' },
    count: 2,
    nodeLabels: { a: 'b' },
    isExposed: false,
  })
})

test.each([
  ['kubernetes.io/os', 'linux'],
  ['node.kubernetes.io/instance-type', aResource().instanceType ?? ''],
  ['example.com/team', 'a_b.C-1'],
  ['gpu', ''],
])('nodes may be asked for by the label %s=%s', (key, value) => {
  const resource = aResource({ labelSelector: { matchLabels: { [key]: value } } })
  expect(orderOf(aWorkspace({ resource }), SETTINGS).order?.nodeLabels).toEqual({ [key]: value })
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

test.each<[what: string, workspace: Workspace, reason: string, says: string]>([
  ['tuning', aWorkspace({ tuning }), 'NotSupported', 'tuning'],
  ['a template', aWorkspace({ inference: { template: {} } }), 'NotSupported', 'inference.template'],
  [
    'adapters',
    aWorkspace({
      inference: {
        preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
        adapters: [{ source: { name: 'a', image: 'r/a:1' }, strength: '1.0' }],
      },
    }),
    'NotSupported',
    'inference.adapters',
  ],
  [
    'a private image',
    aWorkspace({
      inference: { preset: { name: 'llama-2-7b', accessMode: 'private', presetOptions: { image: 'r/a:1' } } },
    }),
    'NotSupported',
    'private',
  ],
  [
    'existing nodes by name',
    aWorkspace({ resource: aResource({ preferredNodes: ['mine'] }) }),
    'NotSupported',
    'resource.preferredNodes',
  ],
  [
    'an unknown preset',
    aWorkspace({ inference: { preset: { name: 'gpt-9', accessMode: 'public' } } }),
    'UnknownPreset',
    'phi-3-mini-128k-instruct, phi-3-mini-4k-instruct',
  ],
  [
    'a size without GPUs',
    aWorkspace({ resource: aResource({ instanceType: 'Standard_D4s_v5' }) }),
    'UnknownInstanceType',
    'Standard_D4s_v5',
  ],
  [
    'no size',
    aWorkspace({ resource: { count: 1, labelSelector: {} } }),
    'UnknownInstanceType',
    'resource.instanceType',
  ],
  [
    'a size that is too small',
    aWorkspace({ resource: aResource({ instanceType: 'Standard_NV6ads_A10_v5' }) }),
    'InstanceTypeTooSmall',
    '1 x 1 x 4 = 4 GiB; sizes that fit: Standard_NV18ads_A10_v5',
  ],
  ['more nodes than allowed', aWorkspace({ resource: aResource({ count: 5 }) }), 'LimitReached', 'limit of 4'],
  ['a name with a dot', aWorkspace({ metadata: { name: 'phi.3' } }), 'InvalidRequest', 'phi.3'],
  ['a name that starts with a digit', aWorkspace({ metadata: { name: '3-phi' } }), 'InvalidRequest', '3-phi'],
  ['a name too long for a label', aWorkspace({ metadata: { name: 'a'.repeat(64) } }), 'InvalidRequest', '63'],
  [
    'a label that says whose a node is',
    aWorkspace({ resource: aResource({ labelSelector: { matchLabels: { 'kaito.sh/workspace': 'other' } } }) }),
    'InvalidRequest',
    'kaito.sh/workspace',
  ],
  ...Object.entries({
    'kubernetes.io/hostname': 'mine',
    'topology.kubernetes.io/zone': '1',
    'kubernetes.azure.com/mode': 'system',
    agentpool: 'mine',
    'node.kubernetes.io/instance-type': 'Standard_NC48ads_A100_v4',
    'bad key': 'a',
    good: 'bad value',
    '': 'a',
  }).map(([key, value]): [string, Workspace, string, string] => [
    `the label "${key}" of "${value}"`,
    aWorkspace({ resource: aResource({ labelSelector: { matchLabels: { [key]: value } } }) }),
    'InvalidRequest',
    `resource.labelSelector.matchLabels: ${/^(agentpool|.*\/.*)$/.test(key) ? key : ''}`,
  ]),
])('buys nothing for %s', (...[, workspace, reason, says]) => {
  const { order, refusal } = orderOf(workspace, SETTINGS)
  expect(order).toBeUndefined()
  expect(refusal?.reason).toBe(reason)
  expect(refusal?.message).toContain(says)
})
