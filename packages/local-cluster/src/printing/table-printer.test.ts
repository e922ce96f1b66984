import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster-access.ts'
import { createKindRegistry } from '../kinds/kind-registry.ts'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { createTablePrinter } from './table-printer.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const kinds = createKindRegistry()
const printer = createTablePrinter({ kinds, now: () => NOW })

interface Printed {
  columnDefinitions: { name: string; priority: number }[]
  rows: { cells: unknown[]; object?: KubeObject; conditions?: unknown[] }[]
}

function isPrinted(table: unknown): table is Printed {
  return typeof table === 'object' && table !== null && 'rows' in table
}

function printed(object: Record<string, unknown>, includeObject: 'None' | 'Metadata' | 'Object' = 'None'): Printed {
  const { apiVersion = 'v1', kind = 'Pod', metadata, ...rest } = object
  const [version = '', group = ''] = String(apiVersion).split('/').reverse()
  const definition = kinds.findByKind(group, version, String(kind))
  if (definition === undefined) throw new Error(`no kind ${kind}`)
  const complete: KubeObject = {
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: {
      name: 'x',
      creationTimestamp: '2026-01-01T00:55:00Z',
      ...(typeof metadata === 'object' ? metadata : {}),
    },
    ...rest,
  }
  const table = printer.toTable({ kind: definition, objects: [complete], includeObject, metadata: {} })
  if (!isPrinted(table)) throw new Error('no table')
  return table
}

/** What `kubectl get` shows, without the columns of `-o wide`. */
function shown(object: Record<string, unknown>): unknown[] {
  const { columnDefinitions, rows } = printed(object)
  return (rows[0]?.cells ?? []).filter((_cell, index) => columnDefinitions[index]?.priority === 0)
}

const running = { name: 'c', ready: true, restartCount: 0, state: { running: {} } }
const pod = (status: object, more: object = {}) => ({ spec: { containers: [{ name: 'c' }] }, status, ...more })

test.each<[rule: string, object: Record<string, unknown>, cells: unknown[]]>([
  ['a pod that runs', pod({ phase: 'Running', containerStatuses: [running] }), ['x', '1/1', 'Running', '0', '5m']],
  [
    'a pod that waits',
    pod({
      phase: 'Pending',
      containerStatuses: [{ ...running, ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
    }),
    ['x', '0/1', 'ImagePullBackOff', '0', '5m'],
  ],
  [
    'a pod that is done',
    pod({
      phase: 'Succeeded',
      containerStatuses: [{ ...running, ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
    }),
    ['x', '0/1', 'Completed', '0', '5m'],
  ],
  [
    'a pod that failed',
    pod({ phase: 'Failed', containerStatuses: [{ ...running, ready: false, state: { terminated: { exitCode: 2 } } }] }),
    ['x', '0/1', 'ExitCode:2', '0', '5m'],
  ],
  [
    'a pod that initializes',
    {
      ...pod({ phase: 'Pending', initContainerStatuses: [{ name: 'i', restartCount: 0, state: { running: {} } }] }),
      spec: { containers: [{ name: 'c' }], initContainers: [{ name: 'i' }, { name: 'j' }] },
    },
    ['x', '0/1', 'Init:0/2', '0', '5m'],
  ],
  [
    'a pod that goes',
    pod(
      { phase: 'Running', containerStatuses: [running] },
      { metadata: { deletionTimestamp: '2026-01-01T00:59:00Z' } },
    ),
    ['x', '1/1', 'Terminating', '0', '5m'],
  ],
  [
    'a pod that restarted',
    pod({
      phase: 'Running',
      containerStatuses: [
        { ...running, restartCount: 2, lastState: { terminated: { finishedAt: '2026-01-01T00:59:00Z' } } },
      ],
    }),
    ['x', '1/1', 'Running', '2 (60s ago)', '5m'],
  ],
  [
    'a node',
    {
      kind: 'Node',
      metadata: { labels: { 'node-role.kubernetes.io/gpu': '' } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.30.0' } },
    },
    ['x', 'Ready,SchedulingDisabled', 'gpu', '5m', 'v1.30.0'],
  ],
  ['a node nobody reports on', { kind: 'Node' }, ['x', 'Unknown', '<none>', '5m', '']],
  [
    'a Service',
    {
      kind: 'Service',
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.0.0.9',
        clusterIPs: ['10.0.0.9'],
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 29500, protocol: 'TCP' },
        ],
      },
    },
    ['x', 'ClusterIP', '10.0.0.9', '<none>', '80/TCP,29500/TCP', '5m'],
  ],
  [
    'a load balancer that waits',
    {
      kind: 'Service',
      spec: { type: 'LoadBalancer', clusterIPs: ['10.0.0.9'], ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
    },
    ['x', 'LoadBalancer', '10.0.0.9', '<pending>', '80:30080/TCP', '5m'],
  ],
  [
    'a Deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 2 },
      status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    },
    ['x', '1/2', 2, 1, '5m'],
  ],
  [
    'a StatefulSet',
    { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { replicas: 2 }, status: {} },
    ['x', '0/2', '5m'],
  ],
  [
    'a DaemonSet',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      spec: { template: { spec: { nodeSelector: { gpu: 'yes' } } } },
      status: { desiredNumberScheduled: 1, currentNumberScheduled: 1, numberReady: 0 },
    },
    ['x', 1, 1, 0, 0, 0, 'gpu=yes', '5m'],
  ],
  [
    'a Job',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: { completions: 1 },
      status: {
        succeeded: 1,
        startTime: '2026-01-01T00:56:00Z',
        completionTime: '2026-01-01T00:57:00Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    ['x', 'Complete', '1/1', '60s', '5m'],
  ],
  [
    'an event',
    {
      kind: 'Event',
      type: 'Normal',
      reason: 'Started',
      message: 'Started it',
      involvedObject: { kind: 'Pod', name: 'p' },
      lastTimestamp: '2026-01-01T00:59:50Z',
    },
    ['10s', 'Normal', 'Started', 'pod/p', 'Started it'],
  ],
  ['a ConfigMap', { kind: 'ConfigMap', data: { a: '' }, binaryData: { b: '' } }, ['x', 2, '5m']],
  ['a Secret', { kind: 'Secret', type: 'Opaque', data: { a: '' } }, ['x', 'Opaque', 1, '5m']],
  [
    'a Lease',
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { holderIdentity: 'me' } },
    ['x', 'me', '5m'],
  ],
  [
    'Endpoints',
    { kind: 'Endpoints', subsets: [{ addresses: ['1', '2', '3', '4'].map((ip) => ({ ip })), ports: [{ port: 80 }] }] },
    ['x', '1:80,2:80,3:80 + 1 more...', '5m'],
  ],
  [
    'a disruption budget',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      spec: { minAvailable: '50%' },
      status: { disruptionsAllowed: 1 },
    },
    ['x', '50%', 'N/A', 1, '5m'],
  ],
  ['a kind without columns of its own', { kind: 'PersistentVolume' }, ['x', '5m']],
])('shows %s', (_rule, object, cells) => expect(shown(object)).toEqual(cells))

test('a custom resource is shown by its columns', () => {
  const additionalPrinterColumns = [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Spec', type: 'string', jsonPath: '.spec', priority: 1 },
    { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ]
  kinds.serve(aDefinition({ versions: [aVersion('v1', { additionalPrinterColumns })] }))
  const box = { apiVersion: 'example.com/v1', kind: 'Box', spec: { size: 2.7 } }
  expect(shown(box)).toEqual(['x', 2, null, '5m'])
  expect(printed(box).rows[0]?.cells[3]).toBe('{"size":2.7}')
})

test('a custom resource without columns shows its age', () => {
  kinds.serve(aDefinition())
  expect(shown({ apiVersion: 'example.com/v1', kind: 'Box' })).toEqual(['x', '5m'])
})

test('a row carries the object as far as it is asked for', () => {
  expect(printed({ kind: 'Secret' }, 'None').rows[0]?.object).toBeNull()
  expect(printed({ kind: 'Secret', data: { a: '' } }, 'Metadata').rows[0]?.object).toEqual({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 'x', creationTimestamp: '2026-01-01T00:55:00Z' },
  })
  expect(printed({ kind: 'Secret', data: { a: '' } }, 'Object').rows[0]?.object).toMatchObject({ data: { a: '' } })
})

test('a pod that has ended is marked, so that kubectl can leave it out', () => {
  expect(printed(pod({ phase: 'Succeeded' })).rows[0]?.conditions).toMatchObject([
    { type: 'Completed', status: 'True' },
  ])
})
