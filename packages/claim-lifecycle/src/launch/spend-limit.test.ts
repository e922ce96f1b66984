import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../claim/machine-adapter.ts'
import { overLimit } from './spend-limit.ts'

const creating = { conditions: [{ type: 'MachineLaunched', status: 'False', reason: 'PoolCreating' }] }
const claim = (name: string, gpus: string, status = {}) =>
  machineAdapter.read(
    aMachine({ metadata: { name, uid: name }, spec: { resources: { requests: { 'nvidia.com/gpu': gpus } } }, status }),
  )
const [a, b, c] = [claim('a', '4'), claim('b', '4'), claim('c', '2')] as const
const noLimit = { maxFailedLaunches: 3, maxNodes: undefined, maxGpus: undefined }

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
