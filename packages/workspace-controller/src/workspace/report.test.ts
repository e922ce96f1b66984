import { WORKSPACE_FINALIZER, type WorkspaceStatus } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Deployment, Pod } from '@kaito/controller-kit'
import type { NodeSupply, SlotState } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { anOrder } from '../testing/an-order.ts'
import type { Observed } from './observed.ts'
import type { Refusal } from './refusal.ts'
import { report } from './report.ts'

const DELETED = '2026-01-01T00:00:00Z'
const owner = { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', controller: true }
const ours = { name: 'phi-3', generation: 2, ownerReferences: [{ ...owner, uid: aWorkspace().metadata.uid ?? '' }] }
const slot: SlotState = {
  ordinal: 0,
  attempt: 1,
  claimName: 'ws0',
  phase: 'Creating',
  nodeName: undefined,
  instanceType: 'Standard_a',
  reason: 'PoolCreating',
  message: 'm',
}
const served: SlotState = { ...slot, phase: 'Ready', nodeName: 'b', reason: undefined, message: undefined }
const waiting: NodeSupply = {
  phase: 'waiting',
  reason: 'PoolCreating',
  message: 'on its way',
  slots: [slot],
  revisitAfterMs: 7,
}
const blocked: NodeSupply = {
  phase: 'blocked',
  reason: 'QuotaExceeded',
  message: 'ask for quota',
  slots: [served, { ...slot, ordinal: 1, phase: 'Blocked', reason: 'QuotaExceeded', message: 'ask for quota' }],
}
const ready: NodeSupply = { phase: 'ready', slots: [served, { ...served, ordinal: 1, nodeName: 'a' }] }
const lost: NodeSupply = {
  phase: 'waiting',
  reason: 'NodeNotReady',
  message: 'kubelet stopped',
  slots: [{ ...served, phase: 'NotReady', reason: 'NodeNotReady', message: 'kubelet stopped' }],
}

type Server = Deployment & { kind: 'Deployment' }

function aDeployment(status: NonNullable<Deployment['status']>): Server {
  return {
    kind: 'Deployment',
    metadata: ours,
    spec: { replicas: 2, selector: {}, template: { spec: { containers: [] } } },
    status,
  }
}

function seen(parts: Partial<Observed>, metadata: object = {}): Observed {
  const workspace = aWorkspace({ metadata: { finalizers: [WORKSPACE_FINALIZER], ...metadata } })
  const order = anOrder(aWorkspace({ resource: { ...workspace.resource, count: 2 } }))
  return { workspace, order, now: Date.parse(DELETED), claimsCondition: 'MachineReady', ...parts }
}

/** Conditions as `Type=reason`, with `!` for those that are not True. */
function told(observed: Observed, failure?: Refusal): string[] | undefined {
  return report(observed, failure).conditions?.map(
    ({ type, status, reason }) => `${status === 'True' ? '' : '!'}${type}=${reason}`,
  )
}

const failure = { reason: 'Unauthorized', message: 'no' }
const refusal = { reason: 'UnknownPreset', message: 'm' }
const aPod = (reason: string, message = ''): Pod => ({
  metadata: { name: 'phi-3-x' },
  status: {
    containerStatuses: [{ name: 'phi-3', ready: false, restartCount: 0, state: { waiting: { reason, message } } }],
  },
})
const serving = aDeployment({ observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2 })
const older = aDeployment({ observedGeneration: 1, readyReplicas: 2, updatedReplicas: 2 })
const loading = aDeployment({ observedGeneration: 2, readyReplicas: 1, updatedReplicas: 2 })
const scaled = (replicas: number): Server => {
  const status = { observedGeneration: 2, readyReplicas: Math.min(replicas, 2), updatedReplicas: replicas }
  return { ...aDeployment(status), spec: { replicas, selector: {}, template: { spec: { containers: [] } } } }
}
const late = aDeployment({
  observedGeneration: 2,
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }],
})

test.each<[rule: string, seen: Observed, failure: Refusal | undefined, resource: string, inference: string]>([
  ['waits for nodes', seen({ supply: waiting }), undefined, '!PoolCreating', '!NodesNotReady'],
  ['carries up what blocks a node', seen({ supply: blocked }), undefined, '!QuotaExceeded', '!NodesNotReady'],
  [
    'says why nodes cannot be asked for',
    seen({ supply: { phase: 'missing', slots: [] } }),
    failure,
    '!Unauthorized',
    '!NodesNotReady',
  ],
  ['starts the model', seen({ supply: ready }), undefined, 'NodesReady', '!WorkloadStarting'],
  ['says why the model cannot be started', seen({ supply: ready }), failure, 'NodesReady', '!Unauthorized'],
  ['loads', seen({ supply: ready, workload: loading }), undefined, 'NodesReady', '!WorkloadStarting'],
  [
    'believes no count of an older generation',
    seen({ supply: ready, workload: older }),
    undefined,
    'NodesReady',
    '!WorkloadStarting',
  ],
  [
    'tells that the model does not come up',
    seen({ supply: ready, workload: late }),
    undefined,
    'NodesReady',
    '!WorkloadFailing',
  ],
  ['serves', seen({ supply: ready, workload: serving }), undefined, 'NodesReady', 'WorkloadReady'],
  [
    'was scaled down by hand, which no failing Pod shows',
    seen({ supply: ready, workload: scaled(0) }),
    undefined,
    'NodesReady',
    '!WorkloadFailing',
  ],
  ['was scaled up by hand', seen({ supply: ready, workload: scaled(3) }), undefined, 'NodesReady', 'WorkloadReady'],
  [
    'gets other nodes, while its servers are gone',
    seen({ supply: waiting, workload: loading }),
    undefined,
    '!PoolCreating',
    '!NodesNotReady',
  ],
  [
    'lost its node, and the server on it',
    seen({ supply: lost, workload: loading }),
    undefined,
    '!NodeNotReady',
    '!NodeLost',
  ],
  ['lost its node before there was a server', seen({ supply: lost }), undefined, '!NodeNotReady', '!NodesNotReady'],
  [
    'has a Pod whose image cannot be pulled',
    seen({ supply: ready, workload: loading, pods: [aPod('ErrImagePull')] }),
    undefined,
    'NodesReady',
    '!ImagePullError',
  ],
  [
    'has the name of one whose objects are still being removed',
    seen({
      supply: waiting,
      services: [{ metadata: { name: 'phi-3', ownerReferences: [{ ...owner, uid: 'earlier' }] } }],
    }),
    undefined,
    '!Deleting',
    '!Deleting',
  ],
  [
    'lost a node while another answers',
    seen({ supply: waiting, workload: serving }),
    undefined,
    '!PoolCreating',
    'WorkloadReady',
  ],
  ['tells why it is not served', seen({ refusal }), undefined, '!UnknownPreset', '!UnknownPreset'],
  [
    'tells whose name is taken',
    seen({ supply: waiting, services: [{ metadata: { name: 'phi-3' } }] }),
    undefined,
    '!NameConflict',
    '!NameConflict',
  ],
])('a Workspace that %s', (...[, observed, problem, resource, inference]) => {
  const split = (text: string, type: string) => text.replace(/^(!?)/, `$1${type}=`)
  const whole = [resource, inference].find((text) => text.startsWith('!')) ?? 'WorkspaceReady'
  expect(told(observed, problem)?.filter((text) => !text.includes('MachineReady'))).toEqual([
    split(resource, 'ResourceReady'),
    split(inference, 'InferenceReady'),
    split(whole, 'WorkspaceReady'),
    split(whole, 'WorkspaceSucceeded'),
  ])
})

test('nothing is told of a Workspace before it is held', () => {
  expect(report(seen({}, { finalizers: [] }))).toEqual({ conditions: undefined })
})

test('slots and nodes are recorded', () => {
  const { slots, workerNodes, targetNodeCount, revisitAfterMs } = report(seen({ supply: waiting }))
  expect(slots).toEqual([
    {
      ordinal: 0,
      attempt: 1,
      claimName: 'ws0',
      phase: 'Creating',
      instanceType: 'Standard_a',
      reason: 'PoolCreating',
      message: 'm',
    },
  ])
  expect(workerNodes).toEqual([])
  expect(targetNodeCount).toBe(1)
  expect(revisitAfterMs).toBe(7)
  expect(report(seen({ supply: ready }))).toMatchObject({ workerNodes: ['a', 'b'], targetNodeCount: 2 })
  expect(report(seen({ supply: blocked })).workerNodes).toEqual(['b'])
})

test('the words of a claim are told on one line that the API server takes', () => {
  const message = `quota\n\u001b[31m${'x'.repeat(5000)}`
  const [written] = report(seen({ supply: { ...waiting, slots: [{ ...slot, message }] } })).slots ?? []
  expect(written?.message).toMatch(/^quota \\u\{1b\}\[31mx+…$/)
  expect(written?.message).toHaveLength(1024)
})

test.each<[rule: string, seen: Observed, says: string]>([
  ['how many claims are ready', seen({ supply: ready }), 'True ClaimsReady: 2 of 2 claims are ready'],
  [
    'what the others wait for',
    seen({ supply: blocked }),
    'False QuotaExceeded: 1 of 2 claims are ready; ask for quota',
  ],
])('the condition of the claims says %s', (_rule, observed, says) => {
  const condition = report(observed).conditions?.find(({ type }) => type === 'MachineReady')
  expect(`${condition?.status} ${condition?.reason}: ${condition?.message}`).toBe(says)
})

test('nodes that come without claims have no condition for them', () => {
  const { conditions, outdated } = report(seen({ supply: ready, claimsCondition: undefined }))
  expect(conditions?.map(({ type }) => type)).not.toContain('MachineReady')
  expect(outdated).toEqual(expect.arrayContaining(['MachineReady', 'NodeClaimReady']))
})

const before = (state: NonNullable<WorkspaceStatus['state']>) => {
  const metadata = { finalizers: [WORKSPACE_FINALIZER] }
  return { workspace: aWorkspace({ metadata, status: { state } }) }
}

test.each<[rule: string, seen: Observed, state: WorkspaceStatus['state']]>([
  ['is Pending while its nodes come', seen({ supply: waiting }), 'Pending'],
  ['is Pending while its model loads', seen({ supply: ready, workload: loading }), 'Pending'],
  ['is Ready when the model answers', seen({ supply: ready, workload: serving }), 'Ready'],
  ['is NotReady once it was Ready', seen({ supply: ready, workload: loading, ...before('Ready') }), 'NotReady'],
  ['stays NotReady until it is Ready', seen({ supply: waiting, ...before('NotReady') }), 'NotReady'],
  ['is Ready again', seen({ supply: ready, workload: serving, ...before('NotReady') }), 'Ready'],
  ['is Failed when it is refused', seen({ refusal, ...before('Ready') }), 'Failed'],
  ['is Pending when it is no longer refused', seen({ supply: waiting, ...before('Failed') }), 'Pending'],
  [
    'is Pending while its name is taken',
    seen({ supply: waiting, services: [{ metadata: { name: 'phi-3' } }] }),
    'Pending',
  ],
])('a Workspace %s', (_rule, observed, state) => expect(report(observed).state).toBe(state))

test('the words of a trouble stay as they were told first', () => {
  const failing = seen({ supply: ready, workload: loading, pods: [aPod('ErrImagePull', 'port 1 timed out')] })
  const { conditions = [] } = report(failing)
  const times = { lastTransitionTime: DELETED, observedGeneration: 1 }
  const status = { conditions: (conditions ?? []).map((condition) => ({ ...condition, ...times })) }
  const later = { ...failing, pods: [aPod('ErrImagePull', 'port 2 timed out')] }
  const workspace = { ...failing.workspace, status }
  expect(report({ ...later, workspace }).conditions).toEqual(conditions)
  expect(report(later).conditions).not.toEqual(conditions)
})

test('what goes well by itself is looked at again only while the model starts', () => {
  expect(report(seen({ supply: ready, workload: loading })).revisitAfterMs).toBeGreaterThan(0)
  expect(report(seen({ supply: ready, workload: serving })).revisitAfterMs).toBeUndefined()
})

test.each<[rule: string, failure: Refusal | undefined, minutes: number, says: string | undefined]>([
  ['a deletion that takes its time is not worth a write', { reason: 'Deleting', message: '' }, 9, undefined],
  ['a deletion that takes too long says so', { reason: 'Deleting', message: '' }, 11, '!WorkspaceReady=Deleting'],
  [
    'a deletion that is blocked says so at once',
    { reason: 'DrainBlocked', message: '' },
    0,
    '!WorkspaceReady=DrainBlocked',
  ],
  ['a deletion that is done says nothing', undefined, 20, undefined],
])('%s', (...[, problem, minutes, says]) => {
  const observed = { ...seen({}, { deletionTimestamp: DELETED }), now: Date.parse(DELETED) + minutes * 60_000 }
  expect(told(observed, problem)?.[2]).toBe(says)
})

test('a slot that was not asked for is not on record: it would count as vanished', () => {
  expect(report(seen({ supply: { phase: 'missing', slots: [slot] } }), failure)).not.toHaveProperty('slots')
})
