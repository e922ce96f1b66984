import { expect, test } from 'vitest'
import type { Pod } from '../objects/pod.ts'
import { aNode, aPod, READY } from '../testing/objects.ts'
import { isSimulated, nodeStatus } from './node-status.ts'

const GPU = 'nvidia.com/gpu'
const image = 'nvcr.io/nvidia/k8s-device-plugin:v0.17.0'
const plugin = aPod({ spec: { containers: [{ name: 'plugin', image }] }, status: READY })
const starting: Pod = { ...plugin, status: { phase: 'Pending' } }
const leaving: Pod = { ...plugin, metadata: { ...plugin.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
const NOW = '2026-01-01T00:00:00Z'

test.each<[rule: string, pods: Pod[], shownBefore: boolean, gpus: string | undefined]>([
  ['shows no GPU without a device plugin', [], false, undefined],
  ['shows no GPU while the plugin starts', [starting], false, undefined],
  ['shows the GPUs once the plugin is ready', [plugin], false, '2'],
  ['takes the GPUs back when the plugin leaves', [leaving], true, '0'],
  ['takes the GPUs back when the plugin is gone', [], true, '0'],
])('%s', (_rule, podsOfNode, shownBefore, gpus) => {
  const capacity = shownBefore ? { [GPU]: '2' } : {}
  const node = aNode({ gpus: 2, status: { capacity, allocatable: capacity } })
  const { capacity: shown, allocatable } = nodeStatus({ node, podsOfNode, kubeletPort: 1, now: NOW })
  expect([shown?.[GPU], allocatable?.[GPU]]).toEqual([gpus, gpus])
})

test('keeps what the maker of the machine has set', () => {
  const status = {
    capacity: { cpu: '6' },
    allocatable: { cpu: '5840m' },
    addresses: [{ type: 'InternalIP', address: '10.1.1.1' }],
  }
  const reported = nodeStatus({ node: aNode({ status }), podsOfNode: [], kubeletPort: 1, now: NOW })
  expect(reported).toMatchObject(status)
})

test('a machine has at least what its maker lets pods have', () => {
  const status = { capacity: {}, allocatable: { cpu: '23900m', [GPU]: '1' } }
  const node = aNode({ status })
  expect(nodeStatus({ node, podsOfNode: [], kubeletPort: 1, now: NOW })).toMatchObject({
    capacity: status.allocatable,
    allocatable: status.allocatable,
  })
})

test.each<[rule: string, annotations: Record<string, string>, played: boolean]>([
  ['a node that is marked is played', { 'simulation.kaito.sh/node': 'true' }, true],
  ["a node of Karpenter's KWOK provider is played", { 'kwok.x-k8s.io/node': 'fake' }, true],
  ['such a node can be silenced', { 'kwok.x-k8s.io/node': 'fake', 'simulation.kaito.sh/node': 'false' }, false],
  ['any other node is left alone', { 'kwok.x-k8s.io/node': 'real' }, false],
])('%s', (_rule, annotations, played) => {
  expect(isSimulated({ ...aNode(), metadata: { name: 'node', annotations } })).toBe(played)
})

test('reports nothing new while nothing has changed', () => {
  const first = nodeStatus({ node: aNode({ gpus: 1 }), podsOfNode: [plugin], kubeletPort: 1, now: NOW })
  const again = {
    node: aNode({ gpus: 1, status: first }),
    podsOfNode: [plugin],
    kubeletPort: 1,
    now: '2027-01-01T00:00:00Z',
  }
  expect(nodeStatus(again)).toEqual(first)
})

test('says that it is simulated', () => {
  const { conditions } = nodeStatus({ node: aNode(), podsOfNode: [], kubeletPort: 1, now: NOW })
  expect(conditions?.find(({ type }) => type === 'Ready')?.message).toContain('simulated')
})
