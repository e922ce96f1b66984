import { expect, test } from 'vitest'
import { backendSettings } from '../backend/profiles.ts'
import type { Lack } from '../slots/node-lack.ts'
import type { NodePool } from './node-pool.ts'
import { poolLack } from './pool-lack.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const JUST_NOW = '2026-01-01T00:59:30Z'
const SOME_MINUTES_AGO = '2026-01-01T00:57:00Z'
const LONG_AGO = '2026-01-01T00:00:00Z'
const READY = [{ type: 'Ready', status: 'True' }]

function aPool(creationTimestamp: string, conditions?: NonNullable<NodePool['status']>['conditions']): NodePool {
  return { metadata: { name: 'ws0', creationTimestamp }, status: { ...(conditions && { conditions }) } }
}

test.each<[rule: string, pool: NodePool, lack: Partial<Lack>]>([
  [
    'a new pool makes its nodes',
    aPool(JUST_NOW),
    { phase: 'Creating', reason: 'PoolCreating', revisitAfterMs: 30_000 },
  ],
  [
    'one that nobody took up says so',
    aPool(SOME_MINUTES_AGO),
    { phase: 'Blocked', reason: 'NoProvisioner', message: expect.stringContaining('karpenter-kwok runs') },
  ],
  [
    'one whose class is not there says so',
    aPool(SOME_MINUTES_AGO, [
      { type: 'NodeClassReady', status: 'False', reason: 'NodeClassNotFound', message: 'none' },
      { type: 'Ready', status: 'False', reason: 'UnhealthyDependents' },
    ]),
    { phase: 'Blocked', reason: 'ClassNotFound', message: expect.stringContaining('NodeClassNotFound: none') },
  ],
  [
    'one that Karpenter finds wrong says so',
    aPool(SOME_MINUTES_AGO, [
      { type: 'ValidationSucceeded', status: 'False', reason: 'NodePoolValidationFailed', message: 'a label' },
      { type: 'Ready', status: 'False' },
    ]),
    { phase: 'Blocked', reason: 'InvalidRequest', message: expect.stringContaining('a label') },
  ],
  [
    'one that is ready may take its time',
    aPool(SOME_MINUTES_AGO, READY),
    { phase: 'Creating', revisitAfterMs: 180_000 },
  ],
  [
    'one that gives nothing for long says what that may be',
    aPool(LONG_AGO, READY),
    { phase: 'Retrying', reason: 'NoCapacity', message: expect.stringContaining('StaticCapacity') },
  ],
  [
    'one that is being deleted is waited for',
    { metadata: { name: 'ws0', creationTimestamp: LONG_AGO, deletionTimestamp: JUST_NOW } },
    { phase: 'Retrying', reason: 'Deleting' },
  ],
])('%s', (...[, pool, lack]) => {
  expect(poolLack(pool, { backend: backendSettings('karpenter-kwok'), now: NOW })).toMatchObject(lack)
})
