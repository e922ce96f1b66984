import type { Answer, Evidence, Life } from '../evidence.ts'
import { atMs, CRITICAL_POD, condition, GUARDED_POD, type Json, lifeOf, type Steps, time } from './life-builder.ts'

const FINALIZERS = ['karpenter.sh/termination']
const TAINT = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
const STARTUP = { key: 'starting', value: 'true', effect: 'NoSchedule' }
const NOT_READY = { key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }
const GPU = { 'nvidia.com/gpu': '1' }
const REQUESTS = { resources: { requests: { ...GPU, storage: '128Gi' } } }

const sent = (name: string): Json => ({
  metadata: { name, labels: { mark: 'a' }, annotations: { note: 'kept' } },
  spec: { taints: [TAINT], startupTaints: [STARTUP], ...REQUESTS },
})
const created = (name: string): Json => ({
  ...sent(name),
  metadata: { name, uid: `uid-${name}`, generation: 1, creationTimestamp: time(0), labels: { mark: 'a' } },
})

const waits = (type: string, reason: string) => condition(type, 'False', { reason, message: `${reason} it is` })
const done = (type: string) => condition(type, 'True', { reason: '' })
const said = (initialized: Json, launched: Json, registered: Json, ready: Json): Json => ({
  status: { conditions: [initialized, launched, registered, ready] },
})
const launched = said(
  waits('MachineInitialized', 'NodeNotFound'),
  done('MachineLaunched'),
  waits('MachineRegistered', 'NodeNotFound'),
  waits('Ready', 'NodeNotFound'),
)
const registered = (reason: string) =>
  said(waits('MachineInitialized', reason), done('MachineLaunched'), done('MachineRegistered'), waits('Ready', reason))
const ready = said(done('MachineInitialized'), done('MachineLaunched'), done('MachineRegistered'), done('Ready'))

const shows = (status: string) => ({ status: { conditions: [condition('Ready', status)] } })

function nodeSteps(name: string): Steps {
  const ownerReferences = [
    { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine', name, uid: `uid-${name}`, blockOwnerDeletion: true },
  ]
  const labels = { mark: 'a', 'karpenter.sh/registered': 'true' }
  return [
    [
      3,
      {
        metadata: { name: `node-${name}`, uid: 'n' },
        spec: { providerID: `a://${name}`, taints: [NOT_READY] },
        ...shows('False'),
      },
    ],
    [
      4,
      {
        metadata: { finalizers: FINALIZERS, ownerReferences, annotations: { note: 'kept' }, labels },
        spec: { taints: [NOT_READY, TAINT, STARTUP] },
      },
    ],
    [5.5, shows('False')],
    [5.8, { spec: { taints: [TAINT, STARTUP] }, ...shows('True') }],
    [7, { spec: { taints: [TAINT] } }],
    [8.5, { status: { allocatable: GPU } }],
    [9, { metadata: { labels: { 'karpenter.sh/initialized': 'true' } } }],
    [11, { metadata: { labels: { 'karpenter.sh/registered': '' } } }],
    [12, { metadata: { labels: { 'karpenter.sh/registered': 'true' } } }],
    [20, { metadata: { deletionTimestamp: time(20) } }],
    [
      21,
      {
        metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'karpenter' } },
        spec: { unschedulable: true },
      },
    ],
    [30, 'gone'],
  ]
}

const claimSteps = (name: string): Steps => [
  [0, created(name)],
  [1, { metadata: { finalizers: FINALIZERS } }],
  [
    2,
    { ...launched, status: { ...Object(launched.status), providerID: `a://${name}`, capacity: GPU, allocatable: GPU } },
  ],
  [
    5,
    {
      ...registered('NodeNotReady'),
      status: { ...Object(registered('NodeNotReady').status), nodeName: `node-${name}` },
    },
  ],
  [6, registered('StartupTaintsExist')],
  [8, registered('ResourceNotRegistered')],
  [9, ready],
  [20, { metadata: { deletionTimestamp: time(20) } }],
  [31, 'gone'],
]

const life = (name: string, acts: Life['acts']): Life =>
  lifeOf({
    sent: sent(name),
    claim: claimSteps(name),
    node: nodeSteps(name),
    pod: [
      [10, { metadata: { name } }],
      [22, { metadata: { deletionTimestamp: time(22) } }],
    ],
    guarded: GUARDED_POD,
    critical: CRITICAL_POD,
    events: [{ reason: 'FailedDraining', type: 'Warning', message: 'one pod' }],
    acts: { created: atMs(0), startupTaintRemoved: atMs(7), budgetRemoved: atMs(24), ...acts },
  })

const impossible = (): Life => {
  const failure = waits('MachineLaunched', 'LaunchFailed')
  const open = said(
    waits('MachineInitialized', 'NotLaunched'),
    failure,
    waits('MachineRegistered', 'NotLaunched'),
    failure,
  )
  return lifeOf({
    claim: [
      [0, created('impossible')],
      [2, open],
      [20, 'gone'],
    ],
    acts: { deleted: atMs(19) },
  })
}

const answer = (item: string): Answer => ({
  item,
  what: 'something',
  expected: 'refused',
  got: 'refused',
  message: 'no',
})

export interface WholeMachineEvidence extends Evidence {
  lives: Record<'marked' | 'plain' | 'impossible' | 'unavailable', Life>
}

/** Of a backend that does everything right; no KAITO serves the plain one, which has no label of KAITO. */
export function goodMachines(): WholeMachineEvidence {
  const events = [{ reason: 'InsufficientCapacityError', type: 'Warning', message: 'sold out' }]
  return {
    answers: ['M1', 'M2'].map(answer),
    lives: {
      marked: life('marked', { deleted: atMs(20), registeredLabelRemoved: atMs(11) }),
      plain: life('plain', { nodeDeleted: atMs(20) }),
      impossible: impossible(),
      unavailable: lifeOf({
        claim: [
          [0, created('unavailable')],
          [2, 'gone'],
        ],
        events,
      }),
    },
    pool: undefined,
    missing: {},
  }
}
