import { aNodeClaim } from '@kaito/api/testing'
import { describe, expect, test } from 'vitest'
import { nodeClaimAdapter } from '../testing/adapters.ts'
import type { ClaimReport, StepReport } from './claim-adapter.ts'

const CREATED = '2026-01-01T00:00:00Z'
const NOW = '2026-01-01T01:00:00Z'
const LATER = '2026-01-01T02:00:00Z'
const met = { met: true } as const
const notLaunched = { met: false, reason: 'NotLaunched', message: 'Node not launched' } as const
const notFound = { met: false, reason: 'NodeNotFound', message: 'Node not registered with cluster' } as const
const creating: ClaimReport = {
  launched: { met: false, reason: 'PoolCreating', message: 'launch 1' },
  registered: notLaunched,
  initialized: notLaunched,
  instance: 'creating',
}
const ready: ClaimReport = { launched: met, registered: met, initialized: met }

type Parts = NonNullable<Parameters<typeof aNodeClaim>[0]>
type Conditions = NonNullable<NonNullable<Parts['status']>['conditions']>

/** What a claim is after these reports, one hour apart. */
function after(reports: readonly ClaimReport[], parts: Parts = {}) {
  let stored = aNodeClaim(parts)
  reports.forEach((report, hour) => {
    const at = new Date(Date.parse(NOW) + hour * 3_600_000).toISOString().replace('.000', '')
    const status = JSON.parse(JSON.stringify(nodeClaimAdapter.status(stored, report, at)))
    stored = aNodeClaim({ ...parts, status })
  })
  const conditions: Conditions = stored.status?.conditions ?? []
  const condition = (type: string) => conditions.find((one) => one.type === type)
  return { stored, conditions, condition, claim: nodeClaimAdapter.read(stored) }
}

const owner = { name: 'gpus', uid: 'pool', apiVersion: 'karpenter.sh/v1', kind: 'NodePool' }

describe('what is ours', () => {
  test.each([
    ['kaito.sh', 'AgentPoolClass', true],
    ['kaito.sh', 'KaitoNodeClass', true],
    ['karpenter.azure.com', 'AKSNodeClass', false],
    ['example.com', 'AgentPoolClass', false],
    ['kaito.sh', 'Workspace', false],
  ])('N6 a claim whose class is %s/%s: %s', (group, kind, isOurs) => {
    const labels = { 'kaito.sh/workspace': 'w', 'karpenter.sh/nodepool': 'kaito' }
    const nodeClassRef = { group, kind, name: 'default' }
    expect(nodeClaimAdapter.isOurs(aNodeClaim({ metadata: { labels }, spec: { nodeClassRef } }))).toBe(isOurs)
  })
})

describe('reading', () => {
  test('N26 a class gives a label, and a name only where an object stands behind it', () => {
    const named = (kind: string, name: string) =>
      nodeClaimAdapter.read(aNodeClaim({ spec: { nodeClassRef: { group: 'kaito.sh', kind, name } } }))
    expect(named('AgentPoolClass', 'spot')).toMatchObject({
      className: 'spot',
      classLabels: { 'kaito.sh/agentpoolclass': 'spot' },
    })
    expect(named('KaitoNodeClass', 'default')).toMatchObject({
      className: undefined,
      classLabels: { 'kaito.sh/kaitonodeclass': 'default' },
    })
    expect(named('AgentPoolClass', 'x'.repeat(64)).classLabels).toEqual({})
  })

  test.each<[what: string, parts: Parts, owned: boolean]>([
    ['none', {}, false],
    ['a NodePool', { metadata: { ownerReferences: [owner] } }, true],
    [
      'a NodePool of an older version',
      { metadata: { ownerReferences: [{ ...owner, apiVersion: 'karpenter.sh/v1beta1' }] } },
      true,
    ],
    ['a NodePool of others', { metadata: { ownerReferences: [{ ...owner, apiVersion: 'example.com/v1' }] } }, false],
    [
      'a Workspace',
      { metadata: { ownerReferences: [{ ...owner, kind: 'Workspace', apiVersion: 'kaito.sh/v1' }] } },
      false,
    ],
    ['none, but the label of one', { metadata: { labels: { 'karpenter.sh/nodepool': 'gpus' } } }, false],
  ])('an owner that is %s', (_what, parts, owned) => {
    expect(nodeClaimAdapter.read(aNodeClaim(parts)).ownedByNodePool).toBe(owned)
  })

  test.each([
    ['Never', undefined],
    ['10m', Date.parse(CREATED) + 600_000],
    ['720h', Date.parse(CREATED) + 2_592_000_000],
  ])('N39 expireAfter %s', (expireAfter, expiresAtMs) => {
    expect(nodeClaimAdapter.read(aNodeClaim({ spec: { expireAfter } }))).toMatchObject({ expiresAtMs, faults: [] })
  })

  test('a duration that is none is a fault, not a crash', () => {
    const claim = nodeClaimAdapter.read(aNodeClaim({ spec: { expireAfter: '1d', terminationGracePeriod: '1h' } }))
    expect(claim).toMatchObject({ expiresAtMs: undefined, terminationGracePeriodMs: 3_600_000 })
    expect(claim.faults).toEqual([expect.stringContaining('expireAfter: "1d"')])
  })
})

describe('conditions', () => {
  test('N8 what was never reported waits since the claim was made', () => {
    const { conditions } = after([{ ...creating, registered: notLaunched }])
    const waiting = {
      status: 'Unknown',
      reason: 'AwaitingReconciliation',
      message: 'object is awaiting reconciliation',
    }
    const since = { lastTransitionTime: CREATED, observedGeneration: 1 }
    expect(conditions).toEqual([
      { type: 'Launched', status: 'Unknown', reason: 'PoolCreating', message: 'launch 1', ...since },
      { type: 'Registered', ...waiting, ...since },
      { type: 'Initialized', ...waiting, ...since },
      expect.objectContaining({ type: 'kaito.sh/InstanceCreated', status: 'False', lastTransitionTime: NOW }),
      expect.objectContaining({ type: 'Ready', status: 'Unknown', ...since }),
    ])
  })

  test.each([
    ['N9', { met: false, reason: 'Unknown', message: 'x'.repeat(900) }, `${'x'.repeat(800)}...`],
    ['N10', { met: false, reason: 'QuotaExceeded', message: 'no quota' }, 'no quota'],
  ] as const)(
    '%s a refusal stands in Launched, which stays Unknown, and Ready only counts',
    (_number, launched, text) => {
      const { condition } = after([{ launched, registered: notLaunched, initialized: notLaunched, instance: 'none' }])
      expect(condition('Launched')).toMatchObject({ status: 'Unknown', reason: launched.reason, message: text })
      expect(condition('Ready')).toMatchObject({
        status: 'Unknown',
        reason: 'ReconcilingDependents',
        message: 'Launched=Unknown, Registered=Unknown, Initialized=Unknown',
      })
      expect(condition('kaito.sh/InstanceCreated')).toBeUndefined()
    },
  )

  test('N12 a launched claim says so with the facts of its node', () => {
    const node = { name: 'n', providerID: 'p', imageID: 'i', capacity: { cpu: '2' }, allocatable: { cpu: '1' } }
    const { stored, condition } = after([{ launched: met, registered: met, initialized: notFound, node }])
    expect(condition('Launched')).toMatchObject({ status: 'True', reason: 'Launched', message: '' })
    const { name: nodeName, ...facts } = node
    expect(stored.status).toMatchObject({ nodeName, ...facts })
  })

  test('N19 two Nodes make the claim unhealthy, and it recovers', () => {
    const multiple: StepReport = { met: false, reason: 'MultipleNodesFound', message: 'two', final: true }
    const two = { registered: multiple, initialized: notFound }
    const unhealthy = after([creating, { launched: met, ...two }])
    expect(unhealthy.condition('Registered')).toMatchObject({ status: 'False', reason: 'MultipleNodesFound' })
    expect(unhealthy.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'UnhealthyDependents',
      message: 'Registered=False, Initialized=Unknown',
    })
    expect(after([creating, { launched: met, ...two }, ready]).condition('Ready')).toMatchObject({ status: 'True' })
  })

  test.each(['NodeNotReady', 'StartupTaintsExist', 'KnownEphemeralTaintsExist', 'ResourceNotRegistered'])(
    'N20 %s leaves Initialized Unknown',
    (reason) => {
      const { condition } = after([{ ...ready, initialized: { met: false, reason, message: 'm' } }])
      expect(condition('Initialized')).toMatchObject({ status: 'Unknown', reason, message: 'm' })
    },
  )

  test('N23 a ready claim has its conditions by time with Ready last, each with its type as the reason', () => {
    const { conditions } = after([creating, { ...ready, initialized: notFound }, ready])
    const told = conditions.map(({ type, status, reason, message, observedGeneration }) => [
      [type, status, reason].join(' '),
      message,
      observedGeneration,
    ])
    expect(told).toEqual([
      ['Launched True Launched', '', 1],
      ['Registered True Registered', '', 1],
      ['Initialized True Initialized', '', 1],
      ['Ready True Ready', '', 1],
    ])
  })

  test('N24 another reason does not move the time, another status does', () => {
    const other = { ...creating, launched: { met: false, reason: 'QuotaExceeded', message: 'm' } as const }
    expect(after([creating, other]).condition('Launched')?.lastTransitionTime).toBe(CREATED)
    expect(after([creating, ready]).condition('Launched')?.lastTransitionTime).toBe(LATER)
  })

  test('N25 a deletion takes every condition to the new generation and leaves Ready as it is', () => {
    const { stored } = after([ready])
    const deleted = aNodeClaim({
      metadata: { generation: 2, deletionTimestamp: LATER },
      ...(stored.status && { status: stored.status }),
    })
    const { conditions }: { conditions: Conditions } = JSON.parse(
      JSON.stringify(nodeClaimAdapter.status(deleted, { instanceTerminating: met }, LATER)),
    )
    expect(conditions.map(({ type, status, observedGeneration }) => [type, status, observedGeneration])).toEqual([
      ['Launched', 'True', 2],
      ['Registered', 'True', 2],
      ['Initialized', 'True', 2],
      ['InstanceTerminating', 'True', 2],
      ['Ready', 'True', 2],
    ])
  })

  test('N41 a node that lost something is told, and found again', () => {
    const consistent: StepReport = { met: false, reason: 'ConsistencyCheckFailed', message: 'm', final: true }
    expect(after([{ ...ready, consistent }]).condition('ConsistentStateFound')).toMatchObject({
      status: 'False',
      reason: 'ConsistencyCheckFailed',
    })
    expect(after([{ ...ready, consistent }, { consistent: met }]).condition('ConsistentStateFound')).toMatchObject({
      status: 'True',
      reason: 'ConsistentStateFound',
    })
  })

  test('conditions of others stay', () => {
    const drifted = { type: 'Drifted', status: 'True' as const, reason: 'Drifted', lastTransitionTime: CREATED }
    expect(after([ready], { status: { conditions: [drifted] } }).condition('Drifted')).toEqual(drifted)
  })

  test('the node of a launch that failed is forgotten', () => {
    const node = { name: 'n', providerID: 'p', imageID: 'i', capacity: {}, allocatable: {} }
    const failed: ClaimReport = { ...creating, instance: 'none', node: 'none' }
    expect(Object.keys(after([{ ...ready, node }, failed]).stored.status ?? {})).toEqual(['conditions'])
  })
})

describe('the clocks of the deadlines', () => {
  const created: ClaimReport = { ...creating, registered: notFound, initialized: notFound, instance: 'created' }
  const refused: ClaimReport = {
    ...creating,
    launched: { met: false, reason: 'NoCapacity', message: 'm' },
    instance: 'none',
  }
  const hour = (nth: number) => Date.parse(NOW) + nth * 3_600_000

  test.each<[what: string, reports: ClaimReport[], sinceMs: number]>([
    ['an accepted launch, whatever was refused before', [refused, refused, creating], hour(2)],
    ['the first word of it', [creating, creating], hour(0)],
    ['a launch after one that failed', [creating, refused, creating], hour(2)],
  ])('the launch is timed from %s', (_what, reports, sinceMs) => {
    expect(after(reports).claim.steps.launched?.sinceMs).toBe(sinceMs)
  })

  test('the registration is timed from the finished instance', () => {
    expect(after([creating, created, created]).claim.steps.registered).toMatchObject({
      met: false,
      reason: 'NodeNotFound',
      sinceMs: hour(1),
    })
  })

  test('the initialization is timed from the registration', () => {
    const { claim, condition } = after([creating, created, { ...ready, initialized: notFound }])
    expect(claim.steps.registered).toMatchObject({ met: true, sinceMs: hour(2) })
    expect(condition('kaito.sh/InstanceCreated')).toBeUndefined()
  })

  test('a claim that waits for a refusal to pass runs against no clock of a launch', () => {
    const { claim, condition } = after([creating, refused])
    expect(condition('kaito.sh/InstanceCreated')).toBeUndefined()
    expect(claim.steps.launched?.sinceMs).toBeUndefined()
  })
})
