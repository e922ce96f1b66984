import { expect, test } from 'vitest'
import { anInstance } from '../testing/instances.ts'
import {
  aDrainingNode,
  DELETED_AT,
  ending,
  endsAt,
  aPodOnNode as pod,
  aProtectedPod as precious,
} from '../testing/node-claim-end.ts'
import { aNode, seen } from '../testing/observed.ts'
import type { Observed } from './observed.ts'
import { plan } from './plan.ts'

const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'
const proven = { proven: true, pausedMs: 0 }
const { deletionTimestamp: _none, ...stays } = aDrainingNode().metadata
const aStayingNode = { ...aDrainingNode(), metadata: stays }
const nodes = [aDrainingNode()]
const oldNodes = [aDrainingNode({ deletionTimestamp: '2026-01-01T11:47:00Z' })]
const graceOf = (terminationGracePeriod: string) => ({ nodeClaim: { spec: { terminationGracePeriod } } })
test.each<[rule: string, observed: Observed, does: string[]]>([
  [
    'N27: a claim that never had a Node is ended by name all the same',
    seen({ nodeClaim: { metadata: { deletionTimestamp: DELETED_AT } }, instance: anInstance({ state: 'Creating' }) }),
    ['terminate'],
  ],
  [
    'N27: also while the cloud cannot be listed',
    seen({ nodeClaim: { metadata: { deletionTimestamp: DELETED_AT } }, instance: 'unknown' }),
    ['terminate'],
  ],
  [
    'N27: without an instance it is released on proof',
    seen({ nodeClaim: { metadata: { deletionTimestamp: DELETED_AT } }, absence: proven }),
    ['release'],
  ],
  ['N28: the Node is closed first', ending({}, { nodes: [aNode()] }), ['patchNode']],
  ['N28: then deleted', ending({}, { nodes: [aStayingNode] }), ['deleteNode']],
  ['N28: the claim stays until its Node is gone', ending({}, { nodes, pods: [pod] }), ['evict']],
  [
    'N30: the time by which pods are gone is written down at once',
    ending({}, { nodes: [aNode()], ...graceOf('1h') }),
    ['setTerminationTime', 'patchNode'],
  ],
  ['N30: one that stands is kept', ending({}, { nodes: [aNode()], ...endsAt('2026-01-01T13:00:00Z') }), ['patchNode']],
  [
    'N32: a node that is not ready and has no instance is let go without a drain, on proof',
    ending({}, { nodes: [aDrainingNode({}, 'False')], pods: [pod], instance: undefined, absence: proven }),
    ['releaseNode'],
  ],
  [
    'N32: the list alone proves nothing',
    ending({}, { nodes: [aDrainingNode({}, 'False')], pods: [pod], instance: undefined }),
    ['proveAbsence'],
  ],
  ['N33: a protected pod blocks', ending({}, { nodes, pods: [precious] }), []],
  [
    'N33: until the deadline, when it is deleted',
    ending({}, { nodes, pods: [precious], ...endsAt('2026-01-01T12:00:20Z') }),
    ['removePods'],
  ],
  [
    'N33: other pods are still evicted while their time lasts',
    ending(
      {},
      {
        nodes,
        pods: [pod, { ...precious, spec: { ...precious.spec, containers: [], terminationGracePeriodSeconds: 600 } }],
        ...endsAt('2026-01-01T12:05:00Z'),
      },
    ),
    ['evict', 'removePods'],
  ],
  [
    'without a grace period the drain has our own deadline',
    ending({}, { nodes: [aDrainingNode({ deletionTimestamp: '2026-01-01T10:59:00Z' })], pods: [precious] }),
    ['terminate', 'releaseNode'],
  ],
  [
    'a longer grace period is kept',
    ending(
      {},
      {
        nodes: [aDrainingNode({ deletionTimestamp: '2026-01-01T10:59:00Z' })],
        pods: [precious],
        ...endsAt('2026-01-01T14:00:00Z'),
      },
    ),
    [],
  ],
  [
    'pods that outlive their deletion by far are given up',
    ending({}, { nodes: oldNodes, pods: [precious], ...endsAt('2026-01-01T11:58:00Z') }),
    ['terminate', 'releaseNode'],
  ],
  [
    'a node that has just become silent gets its time',
    ending(
      {},
      {
        nodes: [
          {
            ...aDrainingNode({ deletionTimestamp: '2026-01-01T11:30:00Z' }),
            status: { conditions: [{ type: 'Ready', status: 'Unknown', lastTransitionTime: '2026-01-01T11:58:00Z' }] },
          },
        ],
        pods: [precious],
      },
    ),
    [],
  ],
  [
    'N35: a drain that was told lasts five seconds at least',
    ending({ Drained: 'Draining' }, { nodes }, '2026-01-01T11:59:55Z'),
    [],
  ],
  [
    'N35: and no longer without pods',
    ending({ Drained: 'Draining' }, { nodes }, '2026-01-01T11:59:54Z'),
    ['terminate', 'releaseNode'],
  ],
  ['N35: a node without pods is not held up', ending({}, { nodes }), ['terminate', 'releaseNode']],
  ['N36: an attached volume keeps the instance', ending({}, { nodes, attachedVolumes: ['v1'] }), []],
  [
    'N36: until the time of the claim is over',
    ending({}, { nodes, attachedVolumes: ['v1'], ...endsAt('2026-01-01T11:58:00Z') }),
    ['terminate', 'releaseNode'],
  ],
  [
    'N37: the claim is not released before it says that its instance ends',
    ending({ Drained: 'True' }, { instance: undefined, absence: proven }),
    [],
  ],
  ['N37: then it is', ending({ InstanceTerminating: 'True' }, { instance: undefined, absence: proven }), ['release']],
  [
    'row 24: a deletion that is under way is not asked for again soon',
    ending({}, { instance: anInstance({ state: 'Deleting' }), terminationAskedMs: 14 * 60_000 }),
    [],
  ],
  [
    'row 24: one that takes too long is',
    ending({}, { instance: anInstance({ state: 'Deleting' }), terminationAskedMs: 15 * 60_000 }),
    ['terminate'],
  ],
  [
    'a Node that another finalizer holds is waited for',
    ending(
      {},
      { nodes: [aDrainingNode({ finalizers: ['example.com/backup'] })], instance: undefined, absence: proven },
    ),
    [],
  ],
])('%s', (_rule, observed, does) => {
  expect(plan(observed).map((action) => action.do)).toEqual(does)
})

test('N30: the time is that of the deletion and the grace period, to the second', () => {
  const [action] = plan(ending({}, graceOf('1h')))
  expect(action).toEqual({ do: 'setTerminationTime', at: '2026-01-01T12:59:50Z' })
})

test('row 64: an absurd grace period is no reason to fail', () => {
  const [action] = plan(ending({}, graceOf('99999999999999h')))
  expect(action).toEqual({ do: 'setTerminationTime', at: '9999-12-31T23:59:59Z' })
})

test('N31: a Node is closed by the disruption taint and left out of load balancers; it is not marked unschedulable', () => {
  const taints = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]
  const [action] = plan(ending({}, { nodes: [aNode({}, { spec: { providerID: 'fake:///1', taints } })] }))
  expect(action).toMatchObject({
    do: 'patchNode',
    patch: {
      metadata: { resourceVersion: '1', labels: { [EXCLUDE]: 'karpenter' }, finalizers: ['karpenter.sh/termination'] },
      spec: { taints: [...taints, { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] },
    },
  })
  expect(JSON.stringify(action)).not.toContain('"unschedulable"')
})

test('a deletion that is under way is asked for as one', () => {
  const overdue = { instance: anInstance({ state: 'Deleting' }), terminationAskedMs: 15 * 60_000 }
  expect(plan(ending({}, overdue))).toEqual([{ do: 'terminate', again: true }])
  expect(plan(ending())).toEqual([{ do: 'terminate', again: false }])
})
