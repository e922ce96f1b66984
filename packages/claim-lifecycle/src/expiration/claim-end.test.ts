import { describe, expect, test } from 'vitest'
import { plan } from '../lifecycle/plan.ts'
import { report } from '../lifecycle/report.ts'
import { anInstance } from '../testing/instances.ts'
import { aNode, NOW, seen } from '../testing/observed.ts'
import { claimEnd, endPauseMs } from './claim-end.ts'

const MINUTE_MS = 60_000
const owner = { name: 'gpus', uid: 'pool', apiVersion: 'karpenter.sh/v1', kind: 'NodePool' }
const ago = (minutes: number) => `${new Date(NOW - minutes * MINUTE_MS).toISOString().slice(0, 19)}Z`
const pooled = (minutesOld: number) => ({ ownerReferences: [owner], creationTimestamp: ago(minutesOld) })
const refusal = (reason: 'QuotaExceeded' | 'SkuNotAvailable' | 'NoCapacity' | 'PolicyDenied') => ({
  reason,
  message: 'the cloud says no',
  until: NOW + MINUTE_MS,
})

type Parts = NonNullable<Parameters<typeof seen>[0]>

function conditions(minutes: number, { created = 'True' as 'True' | 'False', registered = 'NodeNotFound' } = {}) {
  const since = { lastTransitionTime: ago(minutes) }
  return {
    conditions: [
      { type: 'Launched', status: 'Unknown' as const, reason: 'PoolCreating', ...since },
      { type: 'Registered', status: 'Unknown' as const, reason: registered, ...since },
      { type: 'kaito.sh/InstanceCreated', status: created, ...since },
    ],
  }
}

const launchedAndRegistered = (minutes: number) => {
  const since = { lastTransitionTime: ago(minutes) }
  return {
    providerID: 'fake:///1',
    conditions: [
      { type: 'Launched', status: 'True' as const, ...since },
      { type: 'Registered', status: 'True' as const, ...since },
    ],
  }
}
const noGpu = { status: { allocatable: {}, conditions: [{ type: 'Ready', status: 'True' as const }] } }

/** Reason of the event; `silent` for an end of which nothing is told, `-` for a claim that stays. */
function endOf(parts: Parts): string {
  const end = claimEnd(seen(parts))
  return end ? (end.event?.reason ?? 'silent') : '-'
}

describe('a claim of a NodePool', () => {
  test.each<[rule: string, parts: Parts, end: string]>([
    [
      'N11 ends when every choice is refused for want of capacity',
      { nodeClaim: { metadata: pooled(1) }, refused: [refusal('QuotaExceeded'), refusal('NoCapacity')] },
      'InsufficientCapacityError',
    ],
    [
      'N11 stays while one choice is open',
      { nodeClaim: { metadata: pooled(1) }, refused: [refusal('SkuNotAvailable'), undefined] },
      '-',
    ],
    [
      'N11 stays when it was refused for another reason',
      { nodeClaim: { metadata: pooled(1) }, refused: [refusal('PolicyDenied')] },
      '-',
    ],
    [
      'N11 stays while it may have an instance',
      { nodeClaim: { metadata: pooled(1) }, instance: anInstance(), refused: [refusal('NoCapacity')] },
      '-',
    ],
    [
      'N11 stays while the cloud is unknown',
      { nodeClaim: { metadata: pooled(1) }, instance: 'unknown', refused: [refusal('NoCapacity')] },
      '-',
    ],
    [
      'N11 ends without a word when its class does not exist',
      { nodeClaim: { metadata: pooled(1) }, class: { found: false, name: 'c', why: 'missing' } },
      'silent',
    ],
    [
      'N11 stays while the classes are not known yet',
      { nodeClaim: { metadata: pooled(1) }, class: { found: false, name: 'c', why: 'unknown' } },
      '-',
    ],
    ['N13 stays for five minutes without a launch', { nodeClaim: { metadata: pooled(4) } }, '-'],
    [
      'N13 ends five minutes after its creation without a launch',
      { nodeClaim: { metadata: pooled(5) } },
      'LaunchTimeout',
    ],
    ['N13 stays while deletions pause', { nodeClaim: { metadata: pooled(5) }, mayEnd: false }, '-'],
    [
      'N13 stays while the cloud creates',
      {
        nodeClaim: { metadata: pooled(44), status: conditions(44, { created: 'False' }) },
        instance: anInstance({ state: 'Creating' }),
      },
      '-',
    ],
    [
      'N13 ends when the cloud creates for longer than the launch deadline',
      {
        nodeClaim: { metadata: pooled(50), status: conditions(45, { created: 'False' }) },
        instance: anInstance({ state: 'Creating' }),
        waitedMs: 45 * MINUTE_MS,
      },
      'LaunchFailed',
    ],
    [
      'N14 stays for fifteen minutes without a Node',
      { nodeClaim: { metadata: pooled(30), status: conditions(14) }, instance: anInstance(), waitedMs: 14 * MINUTE_MS },
      '-',
    ],
    [
      'N14 ends fifteen minutes after its launch without a Node',
      { nodeClaim: { metadata: pooled(30), status: conditions(15) }, instance: anInstance(), waitedMs: 15 * MINUTE_MS },
      'LaunchFailed',
    ],
    [
      'N14 stays once it is registered',
      {
        nodeClaim: { metadata: pooled(60), status: launchedAndRegistered(16) },
        instance: anInstance(),
        nodes: [aNode({}, { spec: { providerID: 'fake:///1' }, ...noGpu })],
        waitedMs: 16 * MINUTE_MS,
      },
      '-',
    ],
    [
      'ends when the cloud failed for want of capacity',
      {
        nodeClaim: { metadata: pooled(1) },
        instance: anInstance({ state: 'Failed', failure: { reason: 'NoCapacity', message: 'none left' } }),
      },
      'InsufficientCapacityError',
    ],
  ])('%s', (_rule, parts, end) => {
    expect(endOf(parts)).toBe(end)
  })

  test('N11 the event words it as Karpenter does', () => {
    const end = claimEnd(seen({ nodeClaim: { metadata: pooled(1) }, refused: [refusal('NoCapacity')] }))
    expect(end?.event).toEqual({
      type: 'Warning',
      reason: 'InsufficientCapacityError',
      message: 'NodeClaim ws0123456ab event: the cloud says no',
    })
  })
})

test.each<[rule: string, parts: Parts]>([
  ['N11', { nodeClaim: {}, refused: [refusal('NoCapacity')] }],
  ['N13', { nodeClaim: {} }],
  ['N14', { nodeClaim: { status: conditions(15) }, instance: anInstance(), waitedMs: 15 * MINUTE_MS }],
  ['M9', { machine: {}, refused: [refusal('NoCapacity')] }],
  ['M27', { machine: { metadata: { creationTimestamp: ago(60) } } }],
])('%s holds only for claims of a NodePool: any other claim stays and launches again', (_rule, parts) => {
  expect(endOf(parts)).toBe('-')
})

describe('expireAfter', () => {
  const aged = (minutes: number, expireAfter: string) => ({
    nodeClaim: { metadata: { creationTimestamp: ago(minutes) }, spec: { expireAfter } },
    nodes: [aNode({ annotations: { 'karpenter.sh/do-not-disrupt': 'true' } })],
    instance: anInstance(),
    mayEnd: false,
  })

  test.each([
    [9, '10m', '-'],
    [10, '10m', 'Expired'],
    [100_000, 'Never', '-'],
  ])('N39 %d minutes old with %s, whatever the Node says', (minutes, expireAfter, end) => {
    expect(endOf(aged(minutes, expireAfter))).toBe(end)
  })

  test('N39 a claim that is being deleted or not held is not ended once more', () => {
    const { nodeClaim } = aged(20, '10m')
    const deletionTimestamp = ago(1)
    const leaving = seen({ nodeClaim: { ...nodeClaim, metadata: { ...nodeClaim.metadata, deletionTimestamp } } })
    expect(plan(leaving).some((action) => action.do === 'endClaim')).toBe(false)
    const fresh = seen({ nodeClaim: { ...nodeClaim, metadata: { ...nodeClaim.metadata, finalizers: [] } } })
    expect(plan(fresh)).toEqual([{ do: 'hold', annotations: { 'kaito.sh/provisioner': 'gpu-provisioner' } }])
  })

  test('N39 the claim comes by again in time, also when that is far away', () => {
    expect(report(seen(aged(9, '10m')), {}).revisitAfterMs).toBe(MINUTE_MS)
    expect(endPauseMs(seen(aged(0, '720h')))).toBe(24 * 60 * MINUTE_MS)
    expect(endPauseMs(seen(aged(0, 'Never')))).toBeUndefined()
  })
})

test('N13 the claim comes by again in time, and seldom when nothing may be deleted', () => {
  expect(endPauseMs(seen({ nodeClaim: { metadata: pooled(4) } }))).toBe(MINUTE_MS)
  expect(endPauseMs(seen({ nodeClaim: { metadata: pooled(6) } }))).toBe(MINUTE_MS)
})
