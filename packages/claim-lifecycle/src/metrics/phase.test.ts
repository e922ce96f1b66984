import type { InstanceState } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import type { Claim } from '../claim/claim.ts'
import { seen } from '../testing/observed.ts'
import { phaseOf, waitingReason } from './phase.ts'

const met = { met: true, reason: undefined, message: undefined, sinceMs: 0 }
const unmet = (reason: string) => ({ met: false, reason, message: '', sinceMs: 0 })
const FAILED = {
  'kaito.sh/failed-launches': JSON.stringify({ last: 3, forgiven: 0, reason: 'NoCapacity', generation: 1, retry: '' }),
}

function aClaim(parts: Partial<Claim> = {}, steps: Partial<Claim['steps']> = {}): Claim {
  const none = { launched: undefined, registered: undefined, initialized: undefined }
  return { ...seen().claim, generation: 1, steps: { ...none, ...steps }, ...parts }
}

test.each<[phase: string, reason: string | undefined, claim: Claim, state?: InstanceState]>([
  ['Pending', 'NotReported', aClaim()],
  ['Pending', 'QuotaExceeded', aClaim({}, { launched: unmet('QuotaExceeded') })],
  ['Pending', 'NoCapacity', aClaim({}, { launched: unmet('NoCapacity') }), 'Failed'],
  ['Creating', 'PoolCreating', aClaim({}, { launched: unmet('PoolCreating') }), 'Creating'],
  // The list of the cloud failed: what stands in the status is all there is to know.
  ['Creating', 'PoolCreating', aClaim({}, { launched: unmet('PoolCreating') })],
  ['Registering', 'PoolCreating', aClaim({}, { launched: unmet('PoolCreating') }), 'Running'],
  [
    'Registering',
    'NodeNotFound',
    aClaim({ providerID: 'fake:///1' }, { launched: met, registered: unmet('NodeNotFound') }),
  ],
  [
    'Initializing',
    'GPUNotRegistered',
    aClaim({}, { launched: met, registered: met, initialized: unmet('GPUNotRegistered') }),
    'Running',
  ],
  ['Ready', undefined, aClaim({}, { launched: met, registered: met, initialized: met }), 'Running'],
  ['Deleting', undefined, aClaim({ deletedAt: '2026-01-01T00:00:00Z' }, { initialized: met }), 'Running'],
  ['Failed', 'NoCapacity', aClaim({ annotations: FAILED }, { launched: unmet('NoCapacity') })],
  ['Failed', 'NoCapacity', aClaim({ annotations: FAILED }, { launched: unmet('NoCapacity') }), 'Deleting'],
  ['Failed', 'InvalidRequest', aClaim({}, { launched: unmet('InvalidRequest') })],
])('%s, because of %s', (phase, reason, claim, state) => {
  expect(phaseOf(claim, state, 3)).toBe(phase)
  expect(waitingReason(claim)).toBe(reason)
})
