import type { Machine } from '@kaito/api'
import type { Instance } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { anInstance } from '../testing/instances.ts'
import { aNode, seen } from '../testing/observed.ts'
import { launchFailure, runningDeadline } from './launch-failure.ts'

const MINUTE = 60_000
const LONG_AGO = '2026-01-01T00:00:00Z'

function waiting(reason: string, step: 'Launched' | 'Registered' = 'Launched'): NonNullable<Machine['status']> {
  const conditions = [{ type: `Machine${step}`, status: 'False' as const, reason, lastTransitionTime: LONG_AGO }]
  return { conditions }
}

test.each<
  [rule: string, status: NonNullable<Machine['status']>, state: Instance['state'], failure: string | undefined]
>([
  ['a creation that takes too long has failed', waiting('PoolCreating'), 'Creating', 'PoolCreating'],
  ['the wait before a launch is no part of it', waiting('LimitReached'), 'Creating', undefined],
  ['a Node that does not come has failed', waiting('NodeNotFound', 'Registered'), 'Running', 'NodeNotRegistered'],
  ['a finished instance is not judged by its creation', waiting('PoolCreating'), 'Running', undefined],
  ['an instance that its user stopped waits', waiting('NodeNotFound', 'Registered'), 'Stopped', undefined],
  ['an instance that is given back is not judged', waiting('PoolCreating'), 'Deleting', undefined],
])('%s', (_rule, status, state, failure) => {
  expect(launchFailure(seen({ machine: { status }, instance: anInstance({ state }) }))?.reason).toBe(failure)
})

test('row 63: what this process saw pass counts, not what the wall clock says', () => {
  const machine = { status: waiting('PoolCreating') }
  const observed = seen({ machine, instance: anInstance({ state: 'Creating' }), waitedMs: 5 * MINUTE })
  expect(launchFailure(observed)).toBeUndefined()
  expect(runningDeadline(observed)?.leftMs).toBe(40 * MINUTE)
  expect(launchFailure({ ...observed, waitedMs: 45 * MINUTE })).toMatchObject({ reason: 'PoolCreating' })
})

test('gives up nothing while deletions pause', () => {
  const machine = { status: waiting('PoolCreating') }
  expect(launchFailure(seen({ machine, instance: anInstance({ state: 'Creating' }), mayEnd: false }))).toBeUndefined()
})

test('a Node without its GPUs has its own deadline', () => {
  const node = aNode({}, { status: { conditions: [{ type: 'Ready', status: 'True' }] } })
  const conditions = [{ type: 'MachineRegistered', status: 'True' as const, lastTransitionTime: LONG_AGO }]
  const machine = { status: { providerID: 'fake:///1', conditions } }
  const observed = seen({ machine, instance: anInstance(), nodes: [node] })
  expect(runningDeadline(observed)?.limitMs).toBe(DEFAULT_SETTINGS.initializationDeadlineMs)
  expect(launchFailure(observed)).toMatchObject({ reason: 'GPUNotRegistered' })
})
