import type { Answer, Evidence, Life, PoolLife } from '../evidence.ts'
import {
  atMs,
  CRITICAL_POD,
  condition,
  GUARDED_POD,
  type Json,
  lifeOf,
  type Steps,
  time,
  timelineOf,
} from './life-builder.ts'

const FINALIZERS = ['karpenter.sh/termination']
const CLASS = { group: 'a.example', kind: 'AClass', name: 'default' }
const CLASS_LABEL = { 'a.example/aclass': 'default' }
const OWN_LABEL = { mark: 'a' }
const TAINT = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
const STARTUP = { key: 'starting', value: 'true', effect: 'NoSchedule' }
const UNREGISTERED = { key: 'karpenter.sh/unregistered', value: '', effect: 'NoExecute' }
const DISRUPTED = { key: 'karpenter.sh/disrupted', value: '', effect: 'NoSchedule' }
const GPU = { 'nvidia.com/gpu': '1' }

const claimSent = (name: string, metadata: Json = {}, spec: Json = {}): Json => ({
  metadata: { name, labels: OWN_LABEL, annotations: { note: 'kept' }, ...metadata },
  spec: { nodeClassRef: CLASS, taints: [TAINT], startupTaints: [STARTUP], ...spec },
})

const OPEN = { status: 'Unknown', reason: 'AwaitingReconciliation', message: 'object is awaiting reconciliation' }
const open = (type: string, over: Json = {}) => condition(type, 'Unknown', { ...OPEN, ...over })
const unready = condition('Ready', 'Unknown', { reason: 'ReconcilingDependents', message: 'Launched=Unknown' })
const done = (type: string, second: number, over: Json = {}) =>
  condition(type, 'True', { lastTransitionTime: time(second), ...over })
const of = (generation: number, conditions: Json[]) => ({
  status: { conditions: conditions.map((found) => ({ ...found, observedGeneration: generation })) },
})

const created = (name: string): Json => ({
  ...claimSent(name),
  metadata: { name, uid: `uid-${name}`, generation: 1, creationTimestamp: time(0), labels: OWN_LABEL },
})
const launched = [done('Launched', 2), open('Registered', { reason: 'NodeNotFound' }), open('Initialized'), unready]
const registered = (reason: string) => [
  done('Launched', 2),
  done('Registered', 5),
  open('Initialized', { reason }),
  unready,
]
const usable = [done('Launched', 2), done('Registered', 5), done('Initialized', 9)]
const ready = [...usable, done('ConsistentStateFound', 9), done('Ready', 9)]
const drains = (more: Json[]) => of(2, [...usable, ...more, done('Ready', 9)])
const ending = {
  metadata: {
    generation: 2,
    deletionTimestamp: time(20),
    annotations: { 'karpenter.sh/nodeclaim-termination-timestamp': '2026-01-01T01:00:20Z' },
  },
}
const drained = done('Drained', 26)

const MARKED_CLAIM: Steps = [
  [0, created('marked')],
  [1, { metadata: { finalizers: FINALIZERS, labels: CLASS_LABEL } }],
  [2, { status: { providerID: 'a://1', capacity: GPU, allocatable: GPU, ...of(1, launched).status } }],
  [5, { status: { nodeName: 'node-1', ...of(1, registered('NodeNotReady')).status } }],
  [6, of(1, registered('StartupTaintsExist'))],
  [8, of(1, registered('ResourceNotRegistered'))],
  [9, of(1, ready)],
  [12, { status: { lastPodEventTime: time(12) } }],
  [
    20,
    { ...ending, ...drains([condition('Drained', 'Unknown', { reason: 'Draining', lastTransitionTime: time(20) })]) },
  ],
  [26, drains([drained, condition('VolumesDetached', 'Unknown', { reason: 'AwaitingVolumeDetachment' })])],
  [29, drains([drained, done('VolumesDetached', 29), done('InstanceTerminating', 29)])],
  [31, 'gone'],
]

const owner = (name: string) => [
  { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', name, uid: `uid-${name}`, blockOwnerDeletion: true },
]
const isReady = { status: { conditions: [condition('Ready', 'True')] } }
const joined = (name: string): Json => ({
  metadata: { name: `node-${name}`, uid: `uid-node-${name}` },
  spec: { providerID: `a://${name}`, taints: [UNREGISTERED] },
})

const MARKED_NODE: Steps = [
  [3, joined('1')],
  [
    4,
    {
      metadata: {
        finalizers: FINALIZERS,
        ownerReferences: owner('marked'),
        annotations: { note: 'kept' },
        labels: { ...OWN_LABEL, ...CLASS_LABEL, 'karpenter.sh/registered': 'true' },
      },
      spec: { taints: [TAINT, STARTUP] },
    },
  ],
  [5, isReady],
  [7, { spec: { taints: [TAINT] } }],
  [8.5, { status: { allocatable: GPU } }],
  [9, { metadata: { labels: { 'karpenter.sh/initialized': 'true' } } }],
  [20, { metadata: { deletionTimestamp: time(20) } }],
  [
    21,
    {
      metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'karpenter' } },
      spec: { taints: [TAINT, DISRUPTED] },
    },
  ],
  [30, 'gone'],
]

const marked = (): Life =>
  lifeOf({
    sent: claimSent('marked', {}, { resources: { requests: GPU }, terminationGracePeriod: '1h' }),
    claim: MARKED_CLAIM,
    node: MARKED_NODE,
    pod: [
      [11, { metadata: { name: 'marked' } }],
      [12, isReady],
      [22, { metadata: { deletionTimestamp: time(22) } }],
      [23, 'gone'],
    ],
    events: [
      { reason: 'TerminationGracePeriodExpiring', type: 'Warning', message: 'at 01:00:20' },
      { reason: 'FailedDraining', type: 'Warning', message: 'one pod' },
    ],
    guarded: GUARDED_POD,
    critical: CRITICAL_POD,
    acts: {
      budgetRemoved: atMs(24),
      created: atMs(0),
      startupTaintRemoved: atMs(7),
      volumeAttached: atMs(19),
      deleted: atMs(20),
      volumeDetached: atMs(28),
    },
  })

const DO_NOT_SYNC = { 'karpenter.sh/do-not-sync-taints': 'true' }
const plain = (): Life =>
  lifeOf({
    sent: claimSent('plain', { labels: OWN_LABEL }, { startupTaints: [] }),
    claim: [
      [0, created('plain')],
      [1, { metadata: { finalizers: FINALIZERS } }],
      [2.5, { status: { providerID: 'a://2', capacity: GPU, allocatable: GPU, ...of(1, launched).status } }],
      [6, of(1, ready)],
      [15, { metadata: { deletionTimestamp: time(15) } }],
      [21, 'gone'],
    ],
    node: [
      [3, { ...joined('2'), metadata: { name: 'node-2', uid: 'uid-node-2', labels: DO_NOT_SYNC } }],
      [4, { metadata: { labels: { 'karpenter.sh/registered': 'true' } }, spec: { taints: [] } }],
      [20, 'gone'],
    ],
    acts: { created: atMs(0), deleted: atMs(15) },
  })

const failing = (message: string) => [
  condition('Launched', 'Unknown', { reason: 'LaunchFailed', message }),
  open('Registered'),
  open('Initialized'),
  unready,
]

const impossible = (): Life =>
  lifeOf({
    claim: [
      [0, created('impossible')],
      [1, { metadata: { finalizers: FINALIZERS } }],
      [2, of(1, failing('there is no such size'))],
      [20, { metadata: { generation: 2, deletionTimestamp: time(20) } }],
      [21, 'gone'],
    ],
    acts: { created: atMs(0) },
  })

const soldOut = { reason: 'InsufficientCapacityError', type: 'Warning', message: 'sold out' }

const POOL_CLAIM = (name: string): Steps => {
  const ownerReferences = [{ apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name: 'pool', uid: 'uid-pool' }]
  return [[0, { metadata: { name, uid: name, labels: { 'karpenter.sh/nodepool': 'pool' }, ownerReferences } }]]
}

const refusal: Answer = { item: 'N48', what: 'taking replicas away', expected: 'refused', got: 'refused', message: '' }
const pool = (): PoolLife => ({
  name: 'pool',
  uid: 'uid-pool',
  claims: [...timelineOf(POOL_CLAIM('one')), ...timelineOf(POOL_CLAIM('two'))],
  acts: { two: atMs(0), one: atMs(5) },
  readyAtTwo: ['one', 'two'],
  leftAtOne: ['two'],
  removal: refusal,
})

const answer = (item: string): Answer => ({
  item,
  what: 'something',
  expected: 'refused',
  got: 'refused',
  message: 'no',
})

export interface WholeEvidence extends Evidence {
  lives: Record<'marked' | 'plain' | 'impossible' | 'foreign' | 'longName' | 'unavailable', Life>
  pool: PoolLife
}

/** Of a backend that does everything right. */
export function goodNodeClaims(): WholeEvidence {
  return {
    answers: ['N1', 'N2', 'N3', 'N4', 'N5', 'N48'].map(answer),
    lives: {
      marked: marked(),
      plain: plain(),
      impossible: impossible(),
      foreign: lifeOf({
        claim: [
          [0, created('foreign')],
          [30, 'gone'],
        ],
      }),
      longName: lifeOf({
        claim: [
          [0, created('longname')],
          [2, of(1, failing('must match ^[a-z][a-z0-9]{0,11}$'))],
        ],
      }),
      unavailable: lifeOf({
        claim: [
          [0, created('unavailable')],
          [2, 'gone'],
        ],
        events: [soldOut],
      }),
    },
    pool: pool(),
    missing: {},
  }
}
