import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { nextStatus } from './next-status.ts'
import type { Report } from './reported.ts'

const BEFORE = '2026-01-01T00:00:00Z'
const NOW = '2026-01-01T00:05:00Z'
const now = Date.parse(NOW) + 123

const condition = (type: string, status: 'True' | 'False', reason: string) => ({ type, status, reason, message: '' })
const stored = (type: string, status: 'True' | 'False', reason: string) => ({
  ...condition(type, status, reason),
  lastTransitionTime: BEFORE,
  observedGeneration: 1,
})
const slots = [{ ordinal: 0, attempt: 0, claimName: 'ws0' }]
const workspace = aWorkspace({
  metadata: { generation: 2 },
  status: {
    slots,
    workerNodes: ['n'],
    conditions: [
      stored('Approved', 'True', 'ByHand'),
      stored('InferenceReady', 'False', 'WorkloadStarting'),
      stored('JobStarted', 'False', 'NotSupported'),
      stored('ResourceReady', 'False', 'PoolCreating'),
    ],
  },
})

test('what the report says replaces what was said, and the rest stays', () => {
  const told: Report = {
    conditions: [
      condition('InferenceReady', 'False', 'ImagePullError'),
      condition('ResourceReady', 'True', 'NodesReady'),
    ],
    outdated: ['JobStarted'],
    state: 'Pending',
    workerNodes: [],
    revisitAfterMs: 7,
  }
  expect(nextStatus(workspace, told, now)).toEqual({
    slots,
    workerNodes: [],
    state: 'Pending',
    observedGeneration: 2,
    conditions: [
      stored('Approved', 'True', 'ByHand'),
      { ...stored('InferenceReady', 'False', 'ImagePullError'), observedGeneration: 2 },
      { ...stored('ResourceReady', 'True', 'NodesReady'), observedGeneration: 2, lastTransitionTime: NOW },
    ],
  })
})

test('without conditions nothing is told', () => {
  expect(nextStatus(workspace, { conditions: undefined, revisitAfterMs: 7 }, now)).toBeUndefined()
})
