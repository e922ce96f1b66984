import { expect, test } from 'vitest'
import { fixedLabels, launchChoices } from './requirements.ts'

const TYPE = 'node.kubernetes.io/instance-type'
const CAPACITY = 'karpenter.sh/capacity-type'
const ZONE = 'topology.kubernetes.io/zone'
const isIn = (key: string, ...values: string[]) => ({ key, operator: 'In', values })

test.each<[rule: string, requirements: Parameters<typeof launchChoices>[0], choices: string[]]>([
  ['keeps the order written', [isIn(TYPE, 'b', 'a')], ['b on-demand', 'a on-demand']],
  [
    'takes spot only when asked for, and then first',
    [isIn(TYPE, 'a'), isIn(CAPACITY, 'on-demand', 'spot')],
    ['a spot', 'a on-demand'],
  ],
  ['takes spot alone when only that is allowed', [isIn(TYPE, 'a'), isIn(CAPACITY, 'spot')], ['a spot']],
  [
    'asks for a zone only when told to',
    [isIn(TYPE, 'a'), isIn(ZONE, 'z1', 'z2')],
    ['a on-demand z1', 'a on-demand z2'],
  ],
  [
    'meets all requirements on one key',
    [isIn(TYPE, 'a', 'b', 'c'), isIn(TYPE, 'c', 'b')],
    ['b on-demand', 'c on-demand'],
  ],
  [
    'leaves out what is excluded',
    [isIn(TYPE, 'a', 'b'), { key: TYPE, operator: 'NotIn', values: ['a'] }],
    ['b on-demand'],
  ],
  ['asks for each size once', [isIn(TYPE, 'a', 'a')], ['a on-demand']],
  ['has no choice without a size', [isIn(ZONE, 'z1')], []],
  ['has no choice when requirements exclude each other', [isIn(TYPE, 'a'), isIn(TYPE, 'b')], []],
])('%s', (_rule, requirements, choices) => {
  const texts = launchChoices(requirements).map(({ instanceType, capacityType, zone }) =>
    [instanceType, capacityType, zone ?? []].flat().join(' '),
  )
  expect(texts).toEqual(choices)
})

test('makes a label of a requirement that leaves one value', () => {
  expect(fixedLabels([isIn('a', '1'), isIn('b', '1', '2'), { key: 'c', operator: 'Exists' }])).toEqual({ a: '1' })
})
