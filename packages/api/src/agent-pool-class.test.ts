import { expect, test } from 'vitest'
import { agentPoolClassSchema } from './agent-pool-class.ts'

const SUBNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/gpu' as const
const RESERVATION = '/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.compute/capacityReservationGroups/r'

const faults = (spec: object) =>
  agentPoolClassSchema
    .safeParse({ spec })
    .error?.issues.map(({ path, message }) => [path.slice(1).join('.'), message]) ?? []

test.each<[what: string, spec: object]>([
  ['nothing', {}],
  ['resource ids in any case', { subnetId: SUBNET, capacityReservationGroupId: RESERVATION }],
  ['tags', { tags: { 'cost center': 'ä', ['n'.repeat(512)]: '' } }],
  ['labels of its own', { nodeLabels: { 'example.com/team': 'a', gpu: 'b' } }],
  ['repair after an hour', { repair: { unhealthyAfter: '60m' } }],
  ['a price for spot machines', { priority: 'SpotThenRegular', spotMaxPrice: '1.5' }],
])('takes %s', (_what, spec) => expect(faults(spec)).toEqual([]))

const TAG =
  'a tag name is too long, holds one of <>%&\\?/, or begins with kaito-, microsoft, azure or windows, which are taken'
const LABEL = 'a label under kubernetes.azure.com or kubernetes.io cannot be set: AKS refuses it'

test.each<[what: string, spec: object, field: string, message: string]>([
  [
    'another resource',
    { subnetId: RESERVATION },
    'subnetId',
    'subnetId must be the Azure resource id /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…',
  ],
  ...['a?', 'a\\', 'KAITO-a', 'Azure', 'n'.repeat(513)].map((name): [string, object, string, string] => [
    `the tag ${name.slice(0, 10)}`,
    { tags: { [name]: '' } },
    'tags',
    TAG,
  ]),
  ...['kubernetes.io/os', 'node.kubernetes.io/a', 'kubernetes.azure.com/mode', 'k8s.io/a'].map(
    (key): [string, object, string, string] => [
      `the label ${key}`,
      { nodeLabels: { [key]: 'a' } },
      'nodeLabels',
      LABEL,
    ],
  ),
  [
    'repair within the hour',
    { repair: { unhealthyAfter: '59m' } },
    'repair.unhealthyAfter',
    'repair.unhealthyAfter must be 1h at least: AKS repairs a node by itself in that time',
  ],
  [
    'a price for regular machines',
    { spotMaxPrice: '1.5' },
    '',
    'spotMaxPrice is for spot machines: set priority to Spot or SpotThenRegular, or leave the price out',
  ],
  [
    'a reservation of spot machines',
    { priority: 'Spot', capacityReservationGroupId: RESERVATION },
    '',
    'a capacity reservation holds regular machines only: set priority to Regular',
  ],
])('refuses %s', (_what, spec, field, message) => expect(faults(spec)).toEqual([[field, message]]))

test('a time that is no duration is refused as such, without a failure', () => {
  expect(faults({ repair: { unhealthyAfter: 'soon' } })).toEqual([
    ['repair.unhealthyAfter', expect.stringContaining('Invalid string: must match pattern')],
  ])
})
