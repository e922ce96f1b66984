import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { NodeRequest } from '../node-provisioner.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { eligible, eligibleNodes } from './eligible-nodes.ts'

const prefers = (parts: Partial<NodeRequest> = {}) => aNodeRequest({ existingNodes: 'Prefer', ...parts })
const labelled = (labels: Record<string, string>) => anExistingNode('n', { metadata: { name: 'n', labels } })
const tainted = (key: string, value: string | undefined, effect: string) =>
  anExistingNode('n', { spec: { taints: [{ key, effect, ...(value === undefined ? {} : { value }) }] } })
const tolerations = [
  ...aNodeRequest().tolerations,
  { key: 'nvidia.com/gpu', operator: 'Exists' as const, effect: 'NoSchedule' },
]
const none: ReadonlySet<string> = new Set()

const SPOT = 'kubernetes.azure.com/scalesetpriority'
const OWN = { 'kaito.sh/workspace': 'phi-3', 'kaito.sh/workspacenamespace': 'default' }
const READY = [{ type: 'Ready', status: 'True' as const }]

test.each<[rule: string, may: boolean, node: Node, parts?: Partial<NodeRequest>]>([
  ['a ready node of the labels, size and GPUs serves', true, anExistingNode('n')],
  ['it does not where only new nodes are wanted', false, anExistingNode('n'), { existingNodes: 'Never' }],
  ['a label that it lacks', false, anExistingNode('n'), { labels: { apps: 'phi-3', pool: 'a' } }],
  ['a label of another value', false, labelled({ apps: 'other' })],
  ['no label asked for: it would be any node', false, anExistingNode('n'), { labels: {} }],
  [
    'only labels that clusters set by themselves',
    false,
    labelled({
      apps: 'phi-3',
      'node.kubernetes.io/instance-type': 'Standard_NC24ads_A100_v4',
      'kubernetes.io/os': 'linux',
    }),
    { labels: { 'node.kubernetes.io/instance-type': 'Standard_NC24ads_A100_v4', 'kubernetes.io/os': 'linux' } },
  ],
  ['no label asked for, but the node by name', true, anExistingNode('n'), { labels: {}, preferredNodes: ['n'] }],
  ['any of the sizes will do', true, anExistingNode('n'), { instanceTypes: ['x', 'Standard_NC24ads_A100_v4'] }],
  [
    'letter case of sizes says nothing',
    true,
    labelled({ 'node.kubernetes.io/instance-type': 'standard_nc24ads_a100_V4' }),
  ],
  ['another size', false, anExistingNode('n'), { instanceTypes: ['Standard_NC6s_v3'] }],
  ['the label of this very Workspace', true, labelled(OWN)],
  ['the label of another Workspace', false, labelled({ ...OWN, 'kaito.sh/workspace': 'other' })],
  ['the label of a Workspace of another namespace', false, labelled({ ...OWN, 'kaito.sh/workspacenamespace': 'b' })],
  ['the label of a Workspace somewhere', false, labelled({ 'kaito.sh/workspace': 'phi-3' })],
  ['a node that is being deleted', false, anExistingNode('n', { metadata: { name: 'n', deletionTimestamp: 'now' } })],
  [
    'a node that is not ready',
    false,
    anExistingNode('n', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }),
  ],
  ['a node of which nothing is known', false, anExistingNode('n', { status: { conditions: [] } })],
  ['a node that is cordoned', false, anExistingNode('n', { spec: { unschedulable: true } })],
  ['fewer GPUs than each node must show', false, anExistingNode('n'), { gpusPerNode: 2 }],
  ['more GPUs', true, anExistingNode('n', { status: { conditions: READY, allocatable: { 'nvidia.com/gpu': '8' } } })],
  ['no device plugin', false, anExistingNode('n', { status: { conditions: READY, allocatable: {} } })],
  ['the taint of GPU nodes', true, tainted('sku', 'gpu', 'NoSchedule')],
  ['the same key of another value', false, tainted('sku', 'cpu', 'NoSchedule')],
  [
    'the taint of the device, whatever its value',
    true,
    tainted('nvidia.com/gpu', 'present', 'NoSchedule'),
    { tolerations },
  ],
  ['the taint of the device that evicts', false, tainted('nvidia.com/gpu', 'present', 'NoExecute'), { tolerations }],
  ['a taint that only advises', true, tainted('team', 'a', 'PreferNoSchedule')],
  [
    'a taint that is tolerated with any effect',
    true,
    tainted('team', 'a', 'NoExecute'),
    { tolerations: [{ key: 'team', value: 'a' }] },
  ],
  [
    'any taint where all are tolerated',
    true,
    tainted('team', 'a', 'NoExecute'),
    { tolerations: [{ operator: 'Exists' }] },
  ],
  ['any other taint', false, tainted('team', 'a', 'NoSchedule')],
  ['a regular node where spot is wanted: it costs nothing more', true, anExistingNode('n'), { capacityType: 'spot' }],
  ['a spot node where it must not be one', false, labelled({ [SPOT]: 'spot' }), { capacityType: 'on-demand' }],
  [
    'the same by the label of claims',
    false,
    labelled({ 'karpenter.sh/capacity-type': 'spot' }),
    { capacityType: 'on-demand' },
  ],
])('%s: %s', (...[, may, node, parts]) => {
  expect(eligible(node, prefers(parts), none)).toBe(may)
})

test('a node that serves somebody does not serve another', () => {
  expect(eligible(anExistingNode('n'), prefers(), new Set(['n']))).toBe(false)
})

test('the nodes that are preferred come first in their order, the others by name', () => {
  const nodes = ['d', 'c', 'b', 'a'].map((name) => anExistingNode(name))
  const names = eligibleNodes(nodes, prefers({ preferredNodes: ['c', 'x', 'b'] }), none).map(
    ({ metadata }) => metadata.name,
  )
  expect(names).toEqual(['c', 'b', 'a', 'd'])
})
