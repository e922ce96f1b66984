import { WORKSPACE_FINALIZER } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Deployment } from '@kaito/controller-kit'
import type { NodeSupply, SlotState } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import type { Observed } from './observed.ts'
import type { Refusal } from './order.ts'
import { report } from './report.ts'

const DELETED = '2026-01-01T00:00:00Z'
const owner = { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', controller: true }
const ours = { name: 'phi-3', generation: 2, ownerReferences: [{ ...owner, uid: aWorkspace().metadata.uid ?? '' }] }
const slot: SlotState = {
  ordinal: 0,
  attempt: 1,
  claimName: 'ws0',
  nodeName: undefined,
  ready: false,
  reason: 'PoolCreating',
  message: 'm',
}
const waiting: NodeSupply = {
  phase: 'waiting',
  reason: 'PoolCreating',
  message: 'on its way',
  slots: [slot],
  revisitAfterMs: 7,
}
const blocked: NodeSupply = { phase: 'blocked', reason: 'QuotaExceeded', message: 'ask for quota', slots: [slot] }
const ready: NodeSupply = {
  phase: 'ready',
  nodes: ['b', 'a'].map((name) => ({ name, instanceType: 's' })),
  slots: [{ ...slot, nodeName: 'b', ready: true, reason: undefined, message: undefined }],
}

function aDeployment(status: NonNullable<Deployment['status']>): Deployment {
  return { metadata: ours, spec: { replicas: 2, selector: {}, template: { spec: { containers: [] } } }, status }
}

function seen(parts: Partial<Observed>, metadata: object = {}): Observed {
  const workspace = aWorkspace({ metadata: { finalizers: [WORKSPACE_FINALIZER], ...metadata } })
  const wanted = { deployment: aDeployment({}), service: { metadata: ours } }
  return { workspace, now: Date.parse(DELETED), wanted, ...parts }
}

/** Conditions as `Type=reason`, with `!` for those that are not True. */
function told(observed: Observed, failure?: Refusal): string[] | undefined {
  return report(observed, failure).conditions?.map(
    ({ type, status, reason }) => `${status === 'True' ? '' : '!'}${type}=${reason}`,
  )
}

const failure = { reason: 'Unauthorized', message: 'no' }
const serving = aDeployment({ observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2 })
const older = aDeployment({ observedGeneration: 1, readyReplicas: 2, updatedReplicas: 2 })
const loading = aDeployment({ observedGeneration: 2, readyReplicas: 1, updatedReplicas: 2 })
const scaled = (replicas: number): Deployment => {
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
  ['loads', seen({ supply: ready, deployment: loading }), undefined, 'NodesReady', '!WorkloadStarting'],
  [
    'believes no count of an older generation',
    seen({ supply: ready, deployment: older }),
    undefined,
    'NodesReady',
    '!WorkloadStarting',
  ],
  [
    'tells that the model does not come up',
    seen({ supply: ready, deployment: late }),
    undefined,
    'NodesReady',
    '!WorkloadFailing',
  ],
  ['serves', seen({ supply: ready, deployment: serving }), undefined, 'NodesReady', 'WorkloadReady'],
  [
    'was scaled down by hand, which no failing Pod shows',
    seen({ supply: ready, deployment: scaled(0) }),
    undefined,
    'NodesReady',
    '!WorkloadFailing',
  ],
  ['was scaled up by hand', seen({ supply: ready, deployment: scaled(3) }), undefined, 'NodesReady', 'WorkloadReady'],
  [
    'lost its nodes, and its servers with them',
    seen({ supply: waiting, deployment: loading }),
    undefined,
    '!PoolCreating',
    '!NodesNotReady',
  ],
  [
    'has the name of one whose objects are still being removed',
    seen({
      supply: waiting,
      service: { metadata: { name: 'phi-3', ownerReferences: [{ ...owner, uid: 'earlier' }] } },
    }),
    undefined,
    '!Deleting',
    '!Deleting',
  ],
  [
    'lost a node while another answers',
    seen({ supply: waiting, deployment: serving }),
    undefined,
    '!PoolCreating',
    'WorkloadReady',
  ],
  [
    'tells why it is not served',
    seen({ refusal: { reason: 'UnknownPreset', message: 'm' } }),
    undefined,
    '!UnknownPreset',
    '!UnknownPreset',
  ],
  [
    'tells whose name is taken',
    seen({ supply: waiting, service: { metadata: { name: 'phi-3' } } }),
    undefined,
    '!NameConflict',
    '!NameConflict',
  ],
])('a Workspace that %s', (...[, observed, problem, resource, inference]) => {
  const split = (text: string, type: string) => text.replace(/^(!?)/, `$1${type}=`)
  const whole = [resource, inference].find((text) => text.startsWith('!')) ?? 'WorkspaceReady'
  expect(told(observed, problem)).toEqual([
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
  const { slots, workerNodes, revisitAfterMs } = report(seen({ supply: waiting }))
  expect(slots).toEqual([{ ordinal: 0, attempt: 1, claimName: 'ws0', reason: 'PoolCreating' }])
  expect(workerNodes).toEqual([])
  expect(revisitAfterMs).toBe(7)
  expect(report(seen({ supply: ready })).workerNodes).toEqual(['a', 'b'])
})

test('what goes well by itself is looked at again only while the model starts', () => {
  expect(report(seen({ supply: ready, deployment: loading })).revisitAfterMs).toBeGreaterThan(0)
  expect(report(seen({ supply: ready, deployment: serving })).revisitAfterMs).toBeUndefined()
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
