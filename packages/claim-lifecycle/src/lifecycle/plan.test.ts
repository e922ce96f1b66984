import { FAILED_LAUNCHES_ANNOTATION } from '@kaito/api'
import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { anInstance } from '../testing/instances.ts'
import { aClosedNode, aLeavingNode, aNode, NOW, seen } from '../testing/observed.ts'
import type { Action } from './action.ts'
import type { Observed } from './observed.ts'
import { plan } from './plan.ts'

const deleted = { metadata: { deletionTimestamp: '2026-01-01T11:59:00Z' } }
const served = { status: { providerID: 'fake:///1', nodeName: 'node-1' } }
const ready = { status: { ...served.status, conditions: [{ type: 'MachineInitialized', status: 'True' }] } }
const typed = { requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['a'] }] }
const proven = { proven: true, pausedMs: 0 }
const refusal = { reason: 'NoCapacity', message: 'none', until: NOW + 60_000 } as const

function failedOnce(times = 1) {
  const record = { last: times, forgiven: 0, reason: 'NoCapacity', message: 'none', generation: 1, retry: '' }
  return { metadata: { annotations: { [FAILED_LAUNCHES_ANNOTATION]: JSON.stringify(record) } } }
}

function waitingSince(step: 'Launched' | 'Registered', reason: string, lastTransitionTime: string) {
  const condition = { type: `Machine${step}`, status: reason ? 'False' : 'True', reason, lastTransitionTime }
  return { status: { conditions: [condition] } }
}

const pod: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'p' },
  spec: { nodeName: 'node-1', containers: [] },
  status: { phase: 'Running' },
}
const unready = { status: { conditions: [{ type: 'Ready' as const, status: 'False' as const }] } }

test.each<[rule: string, observed: Observed, does: Action['do'][]]>([
  [
    'holds a new claim before launching it, alone in its pass (M3)',
    seen({ machine: { metadata: { finalizers: [] } } }),
    ['hold'],
  ],
  ['launches a held claim', seen(), ['launch']],
  ['launches nothing before the cloud has been listed', seen({ instance: 'unknown' }), []],
  ['launches nothing without an instance type', seen({ machine: { spec: {} } }), []],
  [
    'launches nothing with a taint no Node can have',
    seen({ machine: { spec: { ...typed, startupTaints: [{ key: 'a', effect: 'Never' }] } } }),
    [],
  ],
  [
    'launches nothing for a machine that exists (M11)',
    seen({ machine: { metadata: { annotations: { 'karpenter.sh/linked': 'fake:///1' } } } }),
    [],
  ],
  [
    'registers the Node a claim is linked to (M11)',
    seen({ machine: { metadata: { annotations: { 'karpenter.sh/linked': 'fake:///1' } } }, nodes: [aNode()] }),
    ['patchNode', 'labelClaim'],
  ],
  ['launches nothing while every choice is refused', seen({ refused: [refusal] }), []],
  ['launches nothing while the cloud asks to wait', seen({ cloudPauseMs: 1 }), []],
  ['launches nothing more after three failures', seen({ machine: failedOnce(3), absence: proven }), []],
  ['proves that a failed instance is gone before launching again', seen({ machine: failedOnce() }), ['proveAbsence']],
  ['waits between two proofs', seen({ machine: failedOnce(), absence: { proven: false, pausedMs: 10 } }), []],
  ['launches again once it is gone', seen({ machine: failedOnce(), absence: proven }), ['launch']],
  ['never launches twice for a claim that had a node', seen({ machine: served }), []],
  ['waits while an instance is created', seen({ instance: anInstance({ state: 'Creating' }) }), []],
  ['waits for a Node that is not there (M13)', seen({ instance: anInstance() }), []],
  [
    'waits when two Nodes match (M14)',
    seen({ instance: anInstance(), nodes: [aNode(), aNode({ name: 'node-2' })] }),
    [],
  ],
  [
    'registers the Node of its instance and shows its labels on the claim (M15)',
    seen({ instance: anInstance(), nodes: [aNode()] }),
    ['patchNode', 'labelClaim'],
  ],
  [
    'ignores a Node that is not of its instance',
    seen({ instance: anInstance(), nodes: [aNode({ labels: { 'kaito.sh/claim-uid': 'x' } })] }),
    [],
  ],
  [
    'ignores a Node that has no provider ID yet',
    seen({ instance: anInstance(), nodes: [aNode({}, { spec: {} })] }),
    [],
  ],
  [
    'registers a recorded Node while the cloud is silent',
    seen({ instance: 'unknown', machine: served, nodes: [aNode()] }),
    ['patchNode', 'labelClaim'],
  ],
  ['writes a failure down, alone in its pass', seen({ instance: anInstance({ state: 'Failed' }) }), ['recordFailure']],
  [
    'gives the failed instance back',
    seen({ machine: failedOnce(), instance: anInstance({ state: 'Failed' }) }),
    ['terminate'],
  ],
  [
    'waits while the failed instance is deleted',
    seen({ machine: failedOnce(), instance: anInstance({ state: 'Deleting' }) }),
    [],
  ],
  [
    'closes the node of a failed launch first',
    seen({ machine: failedOnce(), instance: anInstance(), nodes: [aNode()] }),
    ['patchNode'],
  ],
  [
    'does not end the launch after the failed one',
    seen({ machine: failedOnce(), instance: anInstance({ launch: 2, state: 'Creating' }) }),
    [],
  ],
  [
    'keeps a ready claim whose instance failed later',
    seen({ machine: ready, instance: anInstance({ state: 'Failed' }) }),
    [],
  ],
  [
    'ends a creation that is late',
    seen({
      machine: waitingSince('Launched', 'PoolCreating', '2026-01-01T11:14:00Z'),
      instance: anInstance({ state: 'Creating' }),
    }),
    ['recordFailure'],
  ],
  [
    'allows a creation its time',
    seen({
      machine: waitingSince('Launched', 'PoolCreating', '2026-01-01T11:16:00Z'),
      instance: anInstance({ state: 'Creating' }),
    }),
    [],
  ],
  [
    'ends a wait for a Node that is late',
    seen({ machine: waitingSince('Registered', 'NodeNotFound', '2026-01-01T11:44:00Z'), instance: anInstance() }),
    ['recordFailure'],
  ],
  [
    'does not count the time before the instance ran',
    seen({ machine: waitingSince('Registered', 'NotLaunched', '2026-01-01T10:00:00Z'), instance: anInstance() }),
    [],
  ],
  [
    'ends nothing that is late while deletions are paused',
    seen({
      mayEnd: false,
      machine: waitingSince('Registered', 'NodeNotFound', '2026-01-01T11:00:00Z'),
      instance: anInstance(),
    }),
    [],
  ],
  [
    'does not time out what is stopped on purpose',
    seen({
      machine: waitingSince('Registered', 'NodeNotFound', '2026-01-01T10:00:00Z'),
      instance: anInstance({ state: 'Stopped' }),
    }),
    [],
  ],
  [
    'ends a wait for GPUs that is late',
    seen({
      machine: waitingSince('Registered', '', '2026-01-01T11:39:00Z'),
      instance: anInstance(),
      nodes: [aNode({}, unready)],
    }),
    ['recordFailure'],
  ],
  [
    'gives up no instance whose launch nobody can tell any more',
    seen({ machine: {}, instance: anInstance({ state: 'Failed', launch: undefined }) }),
    [],
  ],
  [
    'empties a Node that was deleted by hand',
    seen({ machine: ready, instance: anInstance(), nodes: [aLeavingNode()], pods: [pod] }),
    ['evict'],
  ],
  [
    'looks at the cloud again first when the list is older than the deletion of the Node',
    seen({ machine: ready, instance: anInstance(), nodes: [aLeavingNode()], pods: [pod], listedAtMs: NOW - 60_000 }),
    ['lookAgain'],
  ],
  [
    'then lets it go, and keeps the instance',
    seen({ machine: ready, instance: anInstance(), nodes: [aLeavingNode()], pods: [] }),
    ['releaseNode'],
  ],
  [
    'never holds up a Node that the cloud itself replaces',
    seen({ machine: ready, instance: anInstance({ state: 'Busy' }), nodes: [aLeavingNode()], pods: [pod] }),
    ['releaseNode'],
  ],

  [
    'leaves a deleted claim alone that it does not hold (M4)',
    seen({ machine: { metadata: { ...deleted.metadata, finalizers: [] } } }),
    [],
  ],
  ['proves the absence of an instance before releasing the claim', seen({ machine: deleted }), ['proveAbsence']],
  ['releases the claim once the absence is proven', seen({ machine: deleted, absence: proven }), ['release']],
  [
    'releases nothing while an instance exists',
    seen({ machine: deleted, instance: anInstance({ state: 'Deleting' }), absence: proven }),
    [],
  ],
  [
    'ends an instance that is still being created',
    seen({ machine: deleted, instance: anInstance({ state: 'Creating' }) }),
    ['terminate'],
  ],
  ['asks by name when the cloud could not be listed', seen({ machine: deleted, instance: 'unknown' }), ['terminate']],
  [
    'asks nothing while the cloud asks to wait',
    seen({ machine: deleted, instance: anInstance(), cloudPauseMs: 1 }),
    [],
  ],
  ['closes the node first (M34)', seen({ machine: deleted, instance: anInstance(), nodes: [aNode()] }), ['patchNode']],
  [
    'then deletes it (M29)',
    seen({
      machine: deleted,
      instance: anInstance(),
      nodes: [aClosedNode()],
    }),
    ['deleteNode'],
  ],
  [
    'closes all nodes of the claim (M32)',
    seen({ machine: deleted, instance: anInstance(), nodes: [aNode(), aNode({ name: 'node-2' })] }),
    ['patchNode', 'patchNode'],
  ],
  [
    'then empties it',
    seen({ machine: deleted, instance: anInstance(), nodes: [aLeavingNode()], pods: [pod] }),
    ['evict'],
  ],
  [
    'waits for pods that are ending',
    seen({
      machine: deleted,
      instance: anInstance(),
      nodes: [aLeavingNode()],
      pods: [{ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T11:59:55Z' } }],
    }),
    [],
  ],
  [
    'then ends the instance, and only then lets the Node go',
    seen({ machine: deleted, instance: anInstance(), nodes: [aLeavingNode()], pods: [] }),
    ['terminate', 'releaseNode'],
  ],
  [
    'goes on when the pods had their time',
    seen({ machine: deleted, instance: anInstance(), nodes: [aLeavingNode('2026-01-01T10:59:00Z')], pods: [pod] }),
    ['terminate', 'releaseNode'],
  ],
  [
    'lets the Node go when the instance is gone (M38)',
    seen({ machine: deleted, nodes: [aLeavingNode()], pods: [pod], absence: proven }),
    ['releaseNode'],
  ],
  [
    'asks the cloud itself about an instance that the list lacks while its node works',
    seen({ machine: deleted, nodes: [aLeavingNode()], pods: [pod] }),
    ['proveAbsence'],
  ],
])('%s', (_rule, observed, does) => {
  expect(plan(observed).map((action) => action.do)).toEqual(does)
})

test('offers the open choices in order, numbered after the launches that failed', () => {
  const requirements = [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['a', 'b', 'c'] }]
  const machine = { ...failedOnce(), spec: { requirements } }
  const [action] = plan(seen({ machine, absence: proven, refused: [refusal, undefined, undefined] }))
  expect(action).toMatchObject({
    do: 'launch',
    specs: [
      { instanceType: 'b', launch: 2 },
      { instanceType: 'c', launch: 2 },
    ],
  })
})

test("prefers the user's label to the requirement's, and that to the machine's (M6)", () => {
  const zone = 'topology.kubernetes.io/zone'
  const labels = { 'kaito.sh/claim-uid': seen().claim.uid, 'fake-cloud/instance': 'ws0123456ab', [zone]: 'b' }
  const node = aNode({ labels })
  const requirements = [{ key: zone, operator: 'In', values: ['a'] }]
  const shown = (machine: object) =>
    plan(seen({ machine, instance: anInstance(), nodes: [node] })).find((action) => action.do === 'labelClaim')
  expect(shown({ spec: {} })).toMatchObject({ labels: { [zone]: 'b' } })
  expect(shown({ spec: { requirements } })).toMatchObject({ labels: { [zone]: 'a' } })
  expect(shown({ spec: { requirements }, metadata: { labels: { [zone]: 'c' } } })).toBeUndefined()
})
