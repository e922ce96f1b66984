import { expect, test } from 'vitest'
import type { Requirement } from './claim.ts'
import { allowedValues, contradiction, fixedLabels, permits } from './requirements.ts'

const KEY = 'team'
const isIn = (key: string, ...values: string[]): Requirement => ({ key, operator: 'In', values })
const on = (operator: string, ...values: string[]): Requirement => ({ key: KEY, operator, values })

test.each<[rule: string, requirement: Requirement, met: (string | undefined)[], unmet: (string | undefined)[]]>([
  ['In takes what it names', on('In', 'a', 'b'), ['a', 'b'], ['c', undefined]],
  ['NotIn takes anything else, and absence', on('NotIn', 'a'), ['b', undefined], ['a']],
  ['Exists takes any value', on('Exists'), ['a', ''], [undefined]],
  ['DoesNotExist takes absence alone', on('DoesNotExist'), [undefined], ['a', '']],
  ['Gt takes larger whole numbers', on('Gt', '4'), ['5', '10'], ['4', '3', 'x', '', undefined]],
  ['Gte takes the number, too', on('Gte', '4'), ['4', '5'], ['3', '-5', undefined]],
  ['Lt takes smaller whole numbers', on('Lt', '4'), ['3', '0'], ['4', '5', '3.5', undefined]],
  ['Lte takes the number, too', on('Lte', '4'), ['4', '0'], ['5', undefined]],
  ['an operator that nobody knows takes nothing', on('Like', 'a'), [], ['a', undefined]],
])('%s', (_rule, requirement, met, unmet) => {
  expect(met.filter((value) => !permits([requirement], KEY, value))).toEqual([])
  expect(unmet.filter((value) => permits([requirement], KEY, value))).toEqual([])
})

test('takes only what all requirements on the key take', () => {
  const requirements = [isIn(KEY, '2', '4', '8'), on('Gt', '2'), on('NotIn', '8'), isIn('other', 'x')]
  expect(['2', '4', '8'].filter((value) => permits(requirements, KEY, value))).toEqual(['4'])
})

test.each<[rule: string, requirements: Requirement[], values: string[] | undefined]>([
  ['keeps the order written', [isIn(KEY, 'b', 'a')], ['b', 'a']],
  ['names each value once', [isIn(KEY, 'a', 'a')], ['a']],
  ['keeps what all requirements allow', [isIn(KEY, 'a', 'b', 'c'), isIn(KEY, 'c', 'b')], ['b', 'c']],
  ['leaves out what is excluded', [on('NotIn', 'a'), isIn(KEY, 'a', 'b')], ['b']],
  ['knows no values where none are named', [on('Exists'), isIn('other', 'x')], undefined],
])('%s', (_rule, requirements, values) => {
  expect(allowedValues(requirements, KEY)).toEqual(values)
})

test.each<[what: string, requirements: Requirement[], fault: RegExp | undefined]>([
  ['two disjoint lists', [on('In', 'a'), on('In', 'b')], /team exclude each other/],
  ['a list whose every value is excluded', [on('In', 'a'), on('NotIn', 'a')], /team exclude each other/],
  ['existence and absence', [on('Exists'), on('DoesNotExist')], /team exclude each other/],
  ['a value and absence', [on('In', 'a'), on('DoesNotExist')], /team exclude each other/],
  ['a number and absence', [on('Gt', '1'), on('DoesNotExist')], /team exclude each other/],
  ['no number between two', [on('Gt', '4'), on('Lt', '5')], /team exclude each other/],
  ['no number below zero', [on('Lt', '0')], /team exclude each other/],
  ['no number at two ends', [on('Gte', '5'), on('Lte', '4')], /team exclude each other/],
  ['a list of numbers out of range', [on('In', '1', '2'), on('Gt', '2')], /team exclude each other/],
  ['In without values', [{ key: KEY, operator: 'In' }], /team is In without values/],
  ['Gt without a number', [on('Gt', 'many')], /team is Gt and needs one whole number/],
  ['Lt with two numbers', [on('Lt', '1', '2')], /team is Lt and needs one whole number/],
  ['Gt with a negative number', [on('Gt', '-1')], /needs one whole number/],
  ['an operator that nobody knows', [on('in', 'a')], /operator "in": use In, NotIn/],
  ['one number between two', [on('Gt', '4'), on('Lt', '6')], undefined],
  ['absence and an excluded value', [on('DoesNotExist'), on('NotIn', 'a')], undefined],
  ['an excluded nothing', [{ key: KEY, operator: 'NotIn' }], undefined],
])('sees whether requirements can be met at all: %s', (_what, requirements, fault) => {
  const found = contradiction(requirements, KEY)
  if (fault) expect(found).toMatch(fault)
  else expect(found).toBeUndefined()
})

test.each<[rule: string, requirements: Requirement[], labels: Record<string, string>]>([
  ['a label of its own is the first value', [isIn('team', 'a', 'b')], { team: 'a' }],
  [
    'a label of the machine is the only value',
    [isIn('kubernetes.io/arch', 'amd64')],
    { 'kubernetes.io/arch': 'amd64' },
  ],
  ['what the machine may be in two ways is no label', [isIn('kubernetes.io/arch', 'amd64', 'arm64')], {}],
  ['who asks is a label', [isIn('karpenter.sh/nodepool', 'gpu', 'x')], { 'karpenter.sh/nodepool': 'gpu' }],
  ['what names no value is no label', [on('Exists'), on('NotIn', 'a')], {}],
  ['what cannot be a label is none', [isIn('team', 'not a label')], {}],
])('labels of every node: %s', (_rule, requirements, labels) => {
  expect(fixedLabels(requirements)).toEqual(labels)
})
