import type { AgentPoolClassSpec } from '@kaito/api'
import { expect, test } from 'vitest'
import type { Requirement } from '../claim/claim.ts'
import { launchChoices } from './choices.ts'
import { choiceText } from './refusal.ts'

const TYPE = 'node.kubernetes.io/instance-type'
const CAPACITY = 'karpenter.sh/capacity-type'
const ZONE = 'topology.kubernetes.io/zone'
const isIn = (key: string, ...values: string[]): Requirement => ({ key, operator: 'In', values })
const notIn = (key: string, ...values: string[]): Requirement => ({ key, operator: 'NotIn', values })
const A = isIn(TYPE, 'a')

function choose(requirements: Requirement[], spec: AgentPoolClassSpec = {}, gpus = 0) {
  const claim = { requirements, className: 'fast', requests: gpus > 0 ? { 'nvidia.com/gpu': gpus } : {} }
  const sizes: Record<string, number> = { one: 1, four: 4 }
  return launchChoices(claim, spec, (size) => sizes[size])
}

test.each<[rule: string, requirements: Requirement[], spec: AgentPoolClassSpec, choices: string[]]>([
  ['keeps the order written', [isIn(TYPE, 'b', 'a')], {}, ['b', 'a']],
  ['is on-demand and regional where nobody says otherwise', [A], {}, ['a']],
  ['takes spot first where it is asked for', [A, isIn(CAPACITY, 'on-demand', 'spot')], {}, ['a (spot)', 'a']],
  ['takes spot alone where only that is allowed', [A, isIn(CAPACITY, 'spot')], {}, ['a (spot)']],
  ['takes what is not excluded', [A, notIn(CAPACITY, 'on-demand')], {}, ['a (spot)']],
  ['ignores capacity that is not bought here', [A, isIn(CAPACITY, 'reserved', 'on-demand')], {}, ['a']],
  ['takes spot for a class that asks for it', [A], { priority: 'Spot' }, ['a (spot)']],
  ['takes spot, then on-demand for a class', [A], { priority: 'SpotThenRegular' }, ['a (spot)', 'a']],
  ['keeps what claim and class both allow', [A, isIn(CAPACITY, 'on-demand')], { priority: 'SpotThenRegular' }, ['a']],
  ['stays on-demand in a regular class', [A, isIn(CAPACITY, 'spot', 'on-demand')], { priority: 'Regular' }, ['a']],
  ['tries zones in the order of the claim', [A, isIn(ZONE, 'z2', 'z1')], {}, ['a (zone z2)', 'a (zone z1)']],
  ['tries the zones of the class', [A], { zones: ['2', '1'] }, ['a (zone 2)', 'a (zone 1)']],
  ['takes the zones of the claim before those of the class', [A, isIn(ZONE, 'z3')], { zones: ['1'] }, ['a (zone z3)']],
  ['leaves out zones of the class', [A, notIn(ZONE, '1')], { zones: ['1', '2'] }, ['a (zone 2)']],
  [
    'goes by size, then price, then zone',
    [isIn(TYPE, 'b', 'a'), isIn(CAPACITY, 'spot', 'on-demand'), isIn(ZONE, '1', '2')],
    {},
    [
      'b (spot, zone 1)',
      'b (spot, zone 2)',
      'b (zone 1)',
      'b (zone 2)',
      'a (spot, zone 1)',
      'a (spot, zone 2)',
      'a (zone 1)',
      'a (zone 2)',
    ],
  ],
])('%s', (_rule, requirements, spec, choices) => {
  const chosen = choose(requirements, spec)
  expect(chosen.choices.map(choiceText)).toEqual(choices)
  expect(chosen.fault).toBeUndefined()
})

test.each<[rule: string, gpus: number, sizes: string[], choices: string[]]>([
  ['leaves out sizes with too few GPUs', 2, ['one', 'four'], ['four']],
  ['keeps sizes that have enough', 1, ['four', 'one'], ['four', 'one']],
  ['keeps sizes that the cloud does not know', 8, ['new', 'one'], ['new']],
  ['keeps all sizes for a claim that asks for no GPU', 0, ['one', 'four'], ['one', 'four']],
])('%s', (_rule, gpus, sizes, choices) => {
  expect(choose([isIn(TYPE, ...sizes)], {}, gpus).choices.map(choiceText)).toEqual(choices)
})

test('leaves it to the node how many parts a GPU is cut into', () => {
  const spec = { gpu: { instanceProfile: 'MIG1g' as const } }
  expect(choose([isIn(TYPE, 'one')], spec, 7).choices.map(choiceText)).toEqual(['one'])
})

test.each<[what: string, chosen: ReturnType<typeof choose>, says: RegExp]>([
  ['no size', choose([isIn(ZONE, 'z1')]), /no instance type/],
  [
    'no size with so many GPUs',
    choose([isIn(TYPE, 'one', 'four')], {}, 8),
    /8 of nvidia\.com\/gpu .*one has 1, four has 4/,
  ],
  [
    'a claim and a class that exclude each other',
    choose([A, isIn(CAPACITY, 'spot')], { priority: 'Regular' }),
    /karpenter\.sh\/capacity-type excludes the priority Regular of the AgentPoolClass fast/,
  ],
  [
    'zones that claim and class exclude',
    choose([A, notIn(ZONE, '1')], { zones: ['1'] }),
    /zone excludes every zone of the AgentPoolClass fast/,
  ],
])('has no choice and says why for %s', (_what, chosen, says) => {
  expect(chosen.choices).toEqual([])
  expect(chosen.fault).toMatch(says)
})

test('serves a hundred sizes in the order of their price, as Karpenter writes them, whatever minValues says', () => {
  const sizes = Array.from({ length: 100 }, (_, index) => `size${index}`)
  const { choices } = choose([{ ...isIn(TYPE, ...sizes), minValues: 50 } as Requirement])
  expect(choices.map(({ instanceType }) => instanceType)).toEqual(sizes)
})
