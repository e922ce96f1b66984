import { expect, test } from 'vitest'
import { nodeFaults, nodeUpdateFaults } from './node-faults.ts'

test.each<[rule: string, spec: object, fields: string[]]>([
  ['a good node', { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDRs: ['10.0.0.0/24'] }, []],
  ['an unknown effect', { taints: [{ key: 'a', effect: 'Wrong' }] }, ['metadata.taints[0].effect']],
  ['no effect', { taints: [{ key: 'a' }] }, ['metadata.taints[0].effect']],
  ['a bad value', { taints: [{ key: 'a', value: '!', effect: 'NoExecute' }] }, ['metadata.taints[0].value']],
  [
    'one taint twice',
    { taints: Array.from({ length: 2 }, () => ({ key: 'a', effect: 'NoExecute' })) },
    ['metadata.taints[1]'],
  ],
  ['a range that is none', { podCIDRs: ['text'] }, ['spec.podCIDRs[0]']],
])('%s', (_rule, spec, fields) => expect(nodeFaults({ spec }).map(({ field }) => field)).toEqual(fields))

test('a provider ID stays once it is set', () => {
  const node = (providerID?: string) => ({ spec: { providerID } })
  expect(nodeUpdateFaults(node('a'), node())).toEqual([])
  expect(nodeUpdateFaults(node('b'), node('a')).map(({ field }) => field)).toEqual(['spec.providerID'])
})
