import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { hasLimit, overLimit } from './spend-limit.ts'

const creating = { conditions: [{ type: 'MachineLaunched', status: 'False', reason: 'PoolCreating' }] }
const claim = (name: string, gpus: string, status = {}) =>
  machineAdapter.read(
    aMachine({ metadata: { name, uid: name }, spec: { resources: { requests: { 'nvidia.com/gpu': gpus } } }, status }),
  )
const [a, b, c] = [claim('a', '4'), claim('b', '4'), claim('c', '2')] as const
const noLimit = { maxFailedLaunches: 3, maxNodes: undefined, maxNodesPerNamespace: undefined, maxGpus: undefined }
const inNamespace = (name: string, namespace: string) => ({
  ...claim(name, '1'),
  labels: { 'kaito.sh/workspacenamespace': namespace },
})

test('sets no limit by default', () => {
  expect(overLimit(a, [a, b, c], noLimit)).toBeUndefined()
})

test('gives the places to the oldest claims, whoever asks first', () => {
  const limits = { ...noLimit, maxNodes: 2 }
  expect([a, b, c].map((one) => overLimit(one, [c, b, a], limits) === undefined)).toEqual([true, true, false])
})

test('counts GPUs, not nodes', () => {
  expect(overLimit(b, [a, b], { ...noLimit, maxGpus: 8 })).toBeUndefined()
  expect(overLimit(c, [a, b, c], { ...noLimit, maxGpus: 8 })).toContain('10 GPUs')
})

test('never counts out a claim that has an instance already', () => {
  const launched = claim('z', '4', creating)
  expect(overLimit(a, [a, launched], { ...noLimit, maxNodes: 1 })).toBeDefined()
})

test('keeps no place for a claim that has given up', () => {
  const failures = { last: 3, forgiven: 0, generation: 1, retry: '' }
  const over = { ...a, annotations: { 'kaito.sh/failed-launches': JSON.stringify(failures) } }
  expect(overLimit(b, [over, b], { ...noLimit, maxNodes: 1 })).toBeUndefined()
})

test('a limit of nothing stops everything', () => {
  expect(overLimit(a, [a], { ...noLimit, maxNodes: 0 })).toBeDefined()
})

test('counts the claims of one namespace, and names it', () => {
  const limits = { ...noLimit, maxNodesPerNamespace: 1 }
  const [first, second, other] = [inNamespace('d', 'blue'), inNamespace('e', 'blue'), inNamespace('f', 'red')]
  const all = [a, b, first, second, other]
  expect(overLimit(first, all, limits)).toBeUndefined()
  expect(overLimit(second, all, limits)).toContain('1 nodes for the Workspaces of namespace blue')
  expect(overLimit(other, all, limits)).toBeUndefined()
})

test('counts a claim of no Workspace in no namespace', () => {
  const limits = { ...noLimit, maxNodesPerNamespace: 0 }
  expect([a, b].map((one) => overLimit(one, [a, b], limits))).toEqual([undefined, undefined])
})

test.each([
  ['nodes in all', { maxNodes: 1 }, /limit is 1 nodes in all/],
  ['GPUs in all', { maxGpus: 5 }, /8 GPUs and the limit is 5 GPUs in all/],
])('names the limit of %s', (_which, limit, says) => {
  expect(overLimit(b, [a, b], { ...noLimit, ...limit })).toMatch(says)
})

test('knows whether there is anything to keep to', () => {
  expect([noLimit, { ...noLimit, maxNodesPerNamespace: 0 }].map(hasLimit)).toEqual([false, true])
})

test('row 64: claims for a billion GPUs count as so many', () => {
  expect(overLimit(claim('g', String(10 ** 9)), [a], { ...noLimit, maxGpus: 8 })).toContain('1000000004 GPUs')
})

test('counts the GPUs of the machine, not those that the claim uses', () => {
  const gpusOf = (size: string) => ({ small: 1, large: 8 })[size]
  const sized = (name: string, ...values: string[]) => ({
    ...claim(name, '1'),
    requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }],
  })
  const launched = { ...sized('m', 'large', 'small'), labels: { 'node.kubernetes.io/instance-type': 'small' } }
  const limits = { ...noLimit, maxGpus: 8, gpusOf }
  expect(overLimit(sized('n', 'large'), [], limits)).toBeUndefined()
  expect(overLimit(sized('n', 'large', 'small'), [launched], limits)).toContain('9 GPUs')
  expect(overLimit(sized('n', 'small'), [launched], limits)).toBeUndefined()
  expect(overLimit(sized('n', 'new'), [launched], limits)).toBeUndefined()
})

test('row 78: says how many hold a node and how many wait before the claim', () => {
  const launched = claim('z', '1', creating)
  const limits = { ...noLimit, maxNodes: 1 }
  expect(overLimit(c, [a, b, c, launched], limits)).toBe(
    '1 claims hold a node, 2 wait before this one, and the limit is 1 nodes in all',
  )
})
