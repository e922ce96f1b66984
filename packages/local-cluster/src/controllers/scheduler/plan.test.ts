import { expect, test } from 'vitest'
import type { Node } from '../../objects/node.ts'
import type { Pod } from '../../objects/pod.ts'
import { aNode, aPod } from '../../testing/objects.ts'
import { NodeLedger } from './node-ledger.ts'
import { planPlacement } from './plan.ts'

const room = { cpu: '4', memory: '8Gi', pods: '110' }
const gpuRoom = { ...room, 'nvidia.com/gpu': '1' }
const plain = aNode({ name: 'plain', labels: { pool: 'a', size: '3' }, status: { allocatable: room } })
const gpu = aNode({ name: 'gpu', labels: { pool: 'b', size: '10' }, status: { allocatable: gpuRoom } })
const tainted = aNode({
  name: 'tainted',
  spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] },
  status: { allocatable: gpuRoom },
})
const preferred = aNode({
  name: 'preferred',
  spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'PreferNoSchedule' }] },
  status: { allocatable: room },
})
const cordoned = aNode({ name: 'cordoned', spec: { unschedulable: true }, status: { allocatable: gpuRoom } })

function place(pod: Pod, nodes: Node[], bound: [Pod, string][] = []): string {
  const ledger = new NodeLedger()
  for (const [other, nodeName] of bound) ledger.book(other, nodeName)
  const placement = planPlacement(
    pod,
    nodes.map((node) => ledger.room(node)),
  )
  return placement.do === 'bind' ? placement.nodeName : placement.message
}

function asking(resources: Record<string, unknown>, name = 'pod'): Pod {
  return aPod({ metadata: { name }, spec: { containers: [{ name: 'main', image: 'x', resources }] } })
}

function affine(...matchExpressions: { key: string; operator: string; values?: string[] }[]): Pod {
  const required = { nodeSelectorTerms: [{ matchExpressions }] }
  return aPod({ spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } } })
}

const gpuPod = asking({ limits: { 'nvidia.com/gpu': 1 } })
const noMatch = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."

test.each<[rule: string, pod: Pod, nodes: Node[], result: string]>([
  ['says so when there is no node', aPod(), [], 'no nodes available to schedule pods'],
  ['takes a limit for a request that is not written', gpuPod, [plain, gpu], 'gpu'],
  ['names the missing resource', gpuPod, [plain], '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.'],
  [
    'counts the reasons over all nodes',
    gpuPod,
    [plain, tainted, cordoned],
    '0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {sku: gpu}, 1 node(s) were unschedulable.',
  ],
  [
    'names every resource a node lacks',
    asking({ requests: { cpu: '5', memory: '9Gi' } }),
    [plain],
    '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.',
  ],
  ['fills a node to the last millicore', asking({ requests: { cpu: '4000m' } }), [plain], 'plain'],
  [
    'tolerates a taint by key and value',
    aPod({ spec: { tolerations: [{ key: 'sku', value: 'gpu' }] } }),
    [tainted],
    'tainted',
  ],
  [
    'tolerates every taint by Exists without a key',
    aPod({ spec: { tolerations: [{ operator: 'Exists' }] } }),
    [tainted],
    'tainted',
  ],
  [
    'does not tolerate another value',
    aPod({ spec: { tolerations: [{ key: 'sku', value: 'cpu' }] } }),
    [tainted],
    '0/1 nodes are available: 1 node(s) had untolerated taint {sku: gpu}.',
  ],
  [
    'does not tolerate another effect',
    aPod({ spec: { tolerations: [{ key: 'sku', value: 'gpu', effect: 'NoExecute' }] } }),
    [tainted],
    '0/1 nodes are available: 1 node(s) had untolerated taint {sku: gpu}.',
  ],
  ['ignores preferences of a taint', aPod(), [preferred], 'preferred'],
  ['obeys nodeSelector', aPod({ spec: { nodeSelector: { pool: 'b' } } }), [plain, gpu], 'gpu'],
  ['obeys In', affine({ key: 'pool', operator: 'In', values: ['b', 'c'] }), [plain, gpu], 'gpu'],
  ['obeys NotIn', affine({ key: 'pool', operator: 'NotIn', values: ['a'] }), [plain, gpu], 'gpu'],
  ['obeys Exists', affine({ key: 'pool', operator: 'Exists' }), [preferred, gpu], 'gpu'],
  ['obeys DoesNotExist', affine({ key: 'pool', operator: 'DoesNotExist' }), [gpu, preferred], 'preferred'],
  ['compares numbers for Gt', affine({ key: 'size', operator: 'Gt', values: ['9'] }), [plain, gpu], 'gpu'],
  ['compares numbers for Lt', affine({ key: 'size', operator: 'Lt', values: ['9'] }), [plain, gpu], 'plain'],
  ['refuses Gt on a label that is no number', affine({ key: 'pool', operator: 'Gt', values: ['1'] }), [plain], noMatch],
  [
    'joins the requirements of a term',
    affine({ key: 'pool', operator: 'In', values: ['a'] }, { key: 'size', operator: 'Gt', values: ['5'] }),
    [plain],
    noMatch,
  ],
  ['matches nothing with an empty term', affine(), [plain], noMatch],
])('%s', (_rule, pod, nodes, result) => expect(place(pod, nodes)).toBe(result))

test('counts what runs on a node already', () => {
  expect(place(gpuPod, [gpu], [[asking({ limits: { 'nvidia.com/gpu': 1 } }, 'other'), 'gpu']])).toContain(
    'Insufficient nvidia.com/gpu',
  )
})

test('frees what a finished pod had taken', () => {
  const ledger = new NodeLedger()
  const other = asking({ limits: { 'nvidia.com/gpu': 1 } }, 'other')
  ledger.book(other, 'gpu')
  expect(ledger.follow({ ...other, status: { phase: 'Succeeded' } }, other)).toBe(true)
  expect(planPlacement(gpuPod, [ledger.room(gpu)])).toEqual({ do: 'bind', nodeName: 'gpu' })
})

test('takes an init container into account only as far as it asks for more', () => {
  const resources = { requests: { cpu: '3' } }
  const pod = aPod({
    spec: {
      containers: [{ name: 'main', image: 'x', resources }],
      initContainers: [{ name: 'init', image: 'x', resources: { requests: { cpu: '4' } } }],
    },
  })
  expect(place(pod, [plain])).toBe('plain')
})

test('adds a sidecar to what the containers ask for', () => {
  const resources = { requests: { cpu: '3' } }
  const pod = aPod({
    spec: {
      containers: [{ name: 'main', image: 'x', resources }],
      initContainers: [{ name: 'sidecar', image: 'x', restartPolicy: 'Always', resources: { requests: { cpu: '2' } } }],
    },
  })
  expect(place(pod, [plain])).toBe('0/1 nodes are available: 1 Insufficient cpu.')
})

test('chooses the least loaded node', () => {
  const busy = { ...plain, metadata: { ...plain.metadata, name: 'busy' } }
  expect(place(aPod(), [busy, plain], [[asking({ requests: { cpu: '1' } }, 'other'), 'busy']])).toBe('plain')
})

test('says when a node is full of pods', () => {
  const small = aNode({ name: 'small', status: { allocatable: { ...room, pods: '1' } } })
  expect(place(aPod(), [small], [[aPod({ metadata: { name: 'other' } }), 'small']])).toBe(
    '0/1 nodes are available: 1 Too many pods.',
  )
})
