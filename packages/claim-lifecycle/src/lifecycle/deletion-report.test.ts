import { expect, test } from 'vitest'
import { anInstance } from '../testing/instances.ts'
import {
  aDrainingNode,
  ending,
  endsAt,
  aPodOnNode as pod,
  aProtectedPod as precious,
  type SeenParts,
} from '../testing/node-claim-end.ts'
import { aNode, NOW, seen } from '../testing/observed.ts'
import { deletionReport } from './deletion-report.ts'
import type { Observed } from './observed.ts'

const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'
const proven = { proven: true, pausedMs: 0 }
const nodes = [aDrainingNode()]
const oldNodes = [aDrainingNode({ deletionTimestamp: '2026-01-01T11:47:00Z' })]

/** The stages told: `+` for true, `-` for one that will not become true, `?` with its reason for one that may. */
function stages(observed: Observed, outcome: Parameters<typeof deletionReport>[1] = {}): string {
  const { drained, volumesDetached, instanceTerminating } = deletionReport(observed, outcome).claim
  return [drained, volumesDetached, instanceTerminating]
    .map((step) => (step === undefined ? '.' : step.met ? '+' : `${step.final ? '-' : '?'}${step.reason}`))
    .join(' ')
}

const refusal = { reason: 'Unauthorized', message: 'no rights', notBeforeMs: undefined, retryAfterMs: 1 } as const

test.each<[rule: string, stages: string, observed: Observed, outcome?: Parameters<typeof deletionReport>[1]]>([
  ['nothing is told while the Node is being closed', '. . .', ending({}, { nodes: [aNode()] })],
  ['N35: pods are leaving', '?Draining . .', ending({}, { nodes, pods: [pod] })],
  [
    'N35: they have left a moment ago',
    '?Draining . .',
    ending({ Drained: 'Draining' }, { nodes }, '2026-01-01T11:59:58Z'),
  ],
  ['a pod that comes late does not undo the drain', '. . .', ending({ Drained: 'True' }, { nodes, pods: [pod] })],
  ['N36: volumes are attached', '+ ?AwaitingVolumeDetachment .', ending({}, { nodes, attachedVolumes: ['v1'] })],
  [
    'N36: they stayed too long',
    '+ -TerminationGracePeriodElapsed +',
    ending({}, { nodes, attachedVolumes: ['v1'], ...endsAt('2026-01-01T11:58:00Z') }),
    { terminated: true },
  ],
  ['N37: the cloud accepted the end', '+ + +', ending({}, { nodes }), { terminated: true }],
  ['N37: it is seen ending, whoever asked', '. . +', ending({}, { instance: anInstance({ state: 'Deleting' }) })],
  ['N37: it is gone already', '. . +', ending({}, { instance: undefined, absence: proven })],
  [
    'the Node is gone with its pods',
    '+ . +',
    ending({ Drained: 'Draining' }, { instance: anInstance({ state: 'Deleting' }) }),
  ],
  ['N29: the cloud refuses', '+ + ?Unauthorized', ending({}, { nodes }), { refusal }],
  ['a deletion on hold is said where the end would be', '. . ?Deleting', ending({}, { deletionHeld: true })],
  ['N29: what was accepted once stays so', '. . +', ending({ InstanceTerminating: 'True' }), { refusal }],
  [
    'I8: pods are left behind when their time is over',
    '-DrainDeadlineExceeded + +',
    ending({}, { nodes: [aDrainingNode({ deletionTimestamp: '2026-01-01T10:59:00Z' })], pods: [precious] }),
    { terminated: true },
  ],
  [
    'I8, row 16: or the node is silent',
    '-NodeUnreachable + +',
    ending({}, { nodes: [aDrainingNode({ deletionTimestamp: '2026-01-01T11:50:00Z' }, 'Unknown')], pods: [pod] }),
    { terminated: true },
  ],
  [
    'nothing is told of a claim that is gone',
    '. . .',
    ending({ InstanceTerminating: 'True' }, { instance: undefined, absence: proven }),
  ],
  ['nothing is told of a claim we do not hold', '. . .', ending({}, { nodeClaim: { metadata: { finalizers: [] } } })],
])('%s', (_rule, told, observed, outcome) => {
  expect(stages(observed, outcome)).toBe(told)
})

/** Whatever a blocked deletion says, wherever its kind of claim says it. */
function words(observed: Observed, outcome: Parameters<typeof deletionReport>[1] = {}): string {
  return JSON.stringify(deletionReport(observed, outcome).claim)
}

const old = (parts: SeenParts): SeenParts => ({
  ...parts,
  nodeClaim: { metadata: { deletionTimestamp: '2026-01-01T11:47:00Z', ...parts.nodeClaim?.metadata } },
})

test.each<[rule: string, words: string, observed: Observed, outcome?: Parameters<typeof deletionReport>[1]]>([
  ['which pod', '1 pod (default/web) must leave the node first', ending({}, old({ nodes: oldNodes, pods: [pod] }))],
  [
    'row 15: and which budget',
    'default/web: The disruption budget web needs 1 healthy pods',
    ending({}, old({ nodes: oldNodes, pods: [pod] })),
    { unevictable: new Map([['default/web', 'The disruption budget web needs 1 healthy pods']]) },
  ],
  [
    'that a pod is protected',
    'default/web: carries karpenter.sh/do-not-disrupt',
    ending({}, old({ nodes: oldNodes, pods: [precious] })),
  ],
  [
    'by when a pod ends',
    'default/web: ends by 2026-01-01T12:10:00Z',
    ending(
      {},
      old({
        nodes: oldNodes,
        pods: [{ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T12:10:00Z' } }],
      }),
    ),
  ],
  [
    'N36: which volumes',
    'detached from the node first: v1, v2',
    ending({}, old({ nodes: oldNodes, attachedVolumes: ['v1', 'v2'] })),
  ],
  [
    'that the cloud is at it',
    'the cloud is still deleting the instance (deleted 10 minutes ago)',
    ending({}, old({ instance: anInstance({ state: 'Deleting' }) })),
  ],
  [
    'that the cloud failed',
    'could not delete the instance and is asked again: the disk is locked',
    ending(
      {},
      old({
        instance: anInstance({ state: 'Failed', failure: { reason: 'PolicyDenied', message: 'the disk is locked' } }),
      }),
    ),
  ],
  [
    'what the cloud refuses',
    'the instance cannot be deleted yet: no rights',
    ending({}, old({ nodes: oldNodes })),
    { refusal },
  ],
  [
    'what Kubernetes refuses',
    'Kubernetes refuses a step of the deletion: nodes is forbidden',
    ending({}, old({ nodes: [aNode()] })),
    { forbidden: 'nodes is forbidden' },
  ],
  [
    'I9: the age of the deletion in steps of five minutes, so that no reason is older',
    '(deleted 10 minutes ago)',
    ending({}, old({ nodes: oldNodes, pods: [pod] })),
  ],
])('a deletion that does not get on says %s', (_rule, expected, observed, outcome) => {
  expect(words(observed, outcome)).toContain(expected)
})

test('a Machine whose Node another finalizer holds says so', () => {
  const machine = { metadata: { deletionTimestamp: '2026-01-01T11:47:00Z' } }
  const labels = { [EXCLUDE]: 'karpenter' }
  const node = aNode(
    { finalizers: ['example.com/backup'], deletionTimestamp: '2026-01-01T11:47:00Z', labels },
    { spec: { providerID: 'fake:///1', unschedulable: true } },
  )
  const observed = seen({ machine, nodes: [node], absence: proven })
  expect(deletionReport(observed, {}).claim.trouble).toEqual({
    reason: 'Deleting',
    message: 'Node node-1 is held by example.com/backup (deleted 10 minutes ago)',
  })
})

test('a drain whose last pods have left comes back when it has lasted long enough (N35)', () => {
  const observed = ending({ Drained: 'Draining' }, { nodes, now: NOW + 100 }, '2026-01-01T11:59:55Z')
  expect(deletionReport(observed, {}).revisitAfterMs).toBe(900)
})
