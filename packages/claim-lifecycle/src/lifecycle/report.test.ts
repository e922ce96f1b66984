import { FAILED_LAUNCHES_ANNOTATION, LAUNCH_REFUSALS_ANNOTATION } from '@kaito/api'
import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { ClaimReport } from '../claim/claim-adapter.ts'
import { anInstance } from '../testing/instances.ts'
import { aLeavingNode, aNode, NOW, seen } from '../testing/observed.ts'
import type { Observed } from './observed.ts'
import type { Outcome } from './outcome.ts'
import { report } from './report.ts'

const notReady = { status: { conditions: [{ type: 'Ready' as const, status: 'False' as const }] } }
const ready = {
  status: { providerID: 'fake:///1', nodeName: 'node-1', conditions: [{ type: 'MachineInitialized', status: 'True' }] },
}
const deleted = { metadata: { deletionTimestamp: '2026-01-01T11:59:00Z' } }
const pod: Pod = { metadata: { name: 'web', namespace: 'default' }, spec: { nodeName: 'node-1', containers: [] } }
const refused = (reason: 'Throttled' | 'QuotaExceeded', notBeforeMs?: number): Outcome => ({
  refusal: { reason, message: 'no', notBeforeMs, retryAfterMs: 7_000 },
})

function failedThrice() {
  const record = { last: 3, forgiven: 0, reason: 'NoCapacity', message: 'none', generation: 1, retry: '' }
  return { metadata: { annotations: { [FAILED_LAUNCHES_ANNOTATION]: JSON.stringify(record) } } }
}

function refusedBefore() {
  const notBefore = '2026-01-01T12:10:00.000Z'
  const record = { times: 2, notBefore, reason: 'QuotaExceeded', message: 'no quota', generation: 1, retry: '' }
  return { metadata: { annotations: { [LAUNCH_REFUSALS_ANNOTATION]: JSON.stringify(record) } } }
}

/** Reasons of the three steps; `True` for one that is met, `-` for one that is not touched. */
function reasons({ launched, registered, initialized }: ClaimReport): string {
  return [launched, registered, initialized]
    .map((step) => (step === undefined ? '-' : step.met ? 'True' : step.reason))
    .join(' ')
}

test.each<[rule: string, observed: Observed, outcome: Outcome, steps: string]>([
  ['says nothing of a claim that is not held yet', seen({ machine: { metadata: { finalizers: [] } } }), {}, '- - -'],
  ['says nothing while the cloud is unknown', seen({ instance: 'unknown' }), {}, '- - -'],
  ['says that the cloud creates, right after the launch', seen(), {}, 'PoolCreating NotLaunched NotLaunched'],
  [
    'says so while it does',
    seen({ instance: anInstance({ state: 'Creating' }) }),
    {},
    'PoolCreating NotLaunched NotLaunched',
  ],
  [
    'says that the Node is missing once the instance runs (M13)',
    seen({ instance: anInstance() }),
    {},
    'PoolCreating NodeNotFound NodeNotFound',
  ],
  [
    'says that two Nodes match (M14)',
    seen({ instance: anInstance(), nodes: [aNode(), aNode({ name: 'b' })] }),
    {},
    '- MultipleNodesFound NodeNotFound',
  ],
  [
    'is launched and registered with its Node (M17)',
    seen({ instance: anInstance(), nodes: [aNode({}, notReady)] }),
    {},
    'True True NodeNotReady',
  ],
  ['is ready with a usable Node (M25)', seen({ instance: anInstance(), nodes: [aNode()] }), {}, 'True True True'],
  [
    'stays ready when its Node becomes unready (M26)',
    seen({ machine: ready, instance: anInstance(), nodes: [aNode({}, notReady)] }),
    {},
    'True True True',
  ],
  [
    'stays ready while its Node is away',
    seen({ machine: ready, instance: anInstance({ state: 'Busy' }) }),
    {},
    '- - -',
  ],
  [
    'says why the cloud refused (M8)',
    seen(),
    refused('QuotaExceeded', NOW + 1),
    'QuotaExceeded NotLaunched NotLaunched',
  ],
  ['says why it does not even ask', seen({ machine: refusedBefore() }), {}, 'QuotaExceeded NotLaunched NotLaunched'],
  [
    'says what every choice was refused for',
    seen({ refused: [{ reason: 'NoCapacity', message: 'none', until: NOW + 1 }] }),
    {},
    'NoCapacity NotLaunched NotLaunched',
  ],
  [
    'says that no instance type is named',
    seen({ machine: { spec: {} } }),
    {},
    'InvalidRequest NotLaunched NotLaunched',
  ],
  [
    'says why nothing is launched any more',
    seen({ machine: failedThrice() }),
    {},
    'NoCapacity NotLaunched NotLaunched',
  ],
  [
    'says why a launch failed',
    seen({ instance: anInstance({ state: 'Failed' }) }),
    { failed: { reason: 'NodeNotRegistered', message: 'x' } },
    'NodeNotRegistered NotLaunched NotLaunched',
  ],
  ['touches no step of a claim that is deleted', seen({ machine: deleted, instance: anInstance() }), {}, '- - -'],
])('%s', (_rule, observed, outcome, steps) => {
  expect(reasons(report(observed, outcome).claim)).toBe(steps)
})

test('names the Node with what it offers', () => {
  expect(report(seen({ instance: anInstance(), nodes: [aNode()] }), {}).claim.node).toEqual({
    name: 'node-1',
    providerID: 'fake:///1',
    capacity: { 'nvidia.com/gpu': '1' },
    allocatable: { 'nvidia.com/gpu': '1' },
  })
})

test('uses the same words from the accepted launch to the end of the creation, so that their date tells its age', () => {
  const messages = [
    seen(),
    seen({ instance: anInstance({ state: 'Creating' }) }),
    seen({ instance: anInstance() }),
  ].map((observed) => report(observed, {}).claim.launched)
  expect(new Set(messages.map((step) => JSON.stringify(step))).size).toBe(1)
})

test('names the next try, and comes back for it', () => {
  const { claim, revisitAfterMs } = report(seen(), refused('QuotaExceeded', NOW + 30_000))
  expect(claim.launched).toMatchObject({ message: 'no; next try at 2026-01-01T12:00:30.000Z' })
  expect(revisitAfterMs).toBe(30_000)
})

test('names the remedy when it has given up, and does not come back by itself', () => {
  const { claim, revisitAfterMs } = report(seen({ machine: failedThrice() }), {})
  expect(claim.launched).toMatchObject({ message: expect.stringContaining('kaito.sh/retry') })
  expect(revisitAfterMs).toBeUndefined()
})

test('comes back when a refusal passes that is worth no date', () => {
  const { claim, revisitAfterMs } = report(seen(), refused('Throttled'))
  expect(claim.launched).toMatchObject({ reason: 'Throttled', message: 'no' })
  expect(revisitAfterMs).toBe(7_000)
})

test('comes back when the deadline of a creation passes', () => {
  const lastTransitionTime = '2026-01-01T11:59:00Z'
  const conditions = [{ type: 'MachineLaunched', status: 'False', reason: 'PoolCreating', lastTransitionTime }]
  const observed = seen({ machine: { status: { conditions } }, instance: anInstance({ state: 'Creating' }) })
  expect(report(observed, {}).revisitAfterMs).toBe(44 * 60_000)
})

test('names the pods that hold up a deletion after a while', () => {
  const nodes = [aLeavingNode()]
  const observed = seen({ machine: deleted, instance: anInstance(), nodes, pods: [pod] })
  expect(report(observed, {}).claim.trouble).toMatchObject({
    reason: 'DrainBlocked',
    message: expect.stringContaining('default/web'),
  })
  const young = { metadata: { deletionTimestamp: '2026-01-01T11:59:45Z' } }
  expect(report(seen({ machine: young, instance: anInstance(), nodes, pods: [pod] }), {}).claim).toEqual({})
})

test('says that the cloud takes long to delete', () => {
  const machine = { metadata: { deletionTimestamp: '2026-01-01T11:50:00Z' } }
  const observed = seen({ machine, instance: anInstance({ state: 'Deleting' }) })
  expect(report(observed, {}).claim.trouble).toMatchObject({ reason: 'Deleting' })
})

test('says why the cloud does not delete', () => {
  const observed = seen({ machine: deleted, instance: anInstance() })
  expect(report(observed, refused('QuotaExceeded')).claim.trouble).toMatchObject({ reason: 'QuotaExceeded' })
})

test('tells whether a device plugin runs on a node without GPUs', () => {
  const node = aNode({}, { status: { conditions: [{ type: 'Ready', status: 'True' }] } })
  const told = report(seen({ instance: anInstance(), nodes: [node], pods: [] }), {}).claim.initialized
  expect(told).toMatchObject({ reason: 'GPUNotRegistered', message: expect.stringContaining('No device plugin runs') })
})
