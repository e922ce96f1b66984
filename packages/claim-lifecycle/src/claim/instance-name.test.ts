import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter, nodeClaimAdapter } from '../testing/adapters.ts'
import { INSTANCE_NAME, instanceName } from './instance-name.ts'
import { instanceNameAnnotation, mayBeNamedAnew } from './recorded-instance-name.ts'

const uid = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const KEY = 'kaito.sh/instance-name'
const ownerReferences = [{ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name: 'gpu', uid: 'pool' }]
const read = (metadata: Parameters<typeof aNodeClaim>[0]) => nodeClaimAdapter.read(aNodeClaim(metadata))
const made = instanceName({ name: 'gpu-x7kq2', uid })

test.each(['a', 'ws0123456ab', 'ws0123456abc'])('the instance of %s has its name', (name) => {
  expect(instanceName({ name, uid })).toBe(name)
})

test.each(['gpu-x7kq2', 'ws01234567890', 'Gpu', '1gpu', `${'p'.repeat(50)}-x7kq2`])(
  'N49: the instance of %s has a name made of the UID alone, which every cloud takes',
  (name) => {
    expect(instanceName({ name, uid })).toBe(made)
    expect(made).toMatch(INSTANCE_NAME)
    expect(made).toMatch(/^n[a-z0-9]{10}$/)
  },
)

test('the name stays what it was in every version: instances are found by it', () => {
  expect(made).toBe('nwomm9zluce')
})

test('ten thousand UIDs make as many names', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => instanceName({ name: 'a-b', uid: `uid-${index}` }))
  expect(new Set(names).size).toBe(names.length)
})

test.each<[rule: string, metadata: object, allowed: boolean, annotation: object | undefined]>([
  ['a claim of a NodePool', { ownerReferences }, true, { [KEY]: made }],
  ['one that was taken from its NodePool', { annotations: { [KEY]: made } }, true, undefined],
  ['one that somebody made', {}, false, undefined],
  ['one with a name for its instance that somebody made up', { annotations: { [KEY]: 'mine' } }, false, undefined],
])('%s may or may not have an instance of another name', (_rule, metadata, allowed, annotation) => {
  const claim = read({ metadata: { name: 'gpu-x7kq2', ...metadata } })
  expect(claim.instanceName).toBe(made)
  expect(mayBeNamedAnew(claim)).toBe(allowed)
  expect(instanceNameAnnotation(claim)).toEqual(annotation)
})

test('a claim of a NodePool whose name fits needs no other', () => {
  const claim = read({ metadata: { name: 'gpu1', ownerReferences, annotations: { [KEY]: 'another' } } })
  expect(claim.instanceName).toBe('gpu1')
  expect(instanceNameAnnotation(claim)).toBeUndefined()
})

test('Machines follow the same rule', () => {
  expect(machineAdapter.read(aMachine()).instanceName).toBe('ws0123456ab')
  expect(machineAdapter.read(aMachine({ metadata: { name: 'gpu-x7kq2' } })).instanceName).toBe(made)
})
