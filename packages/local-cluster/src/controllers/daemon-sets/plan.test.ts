import { expect, test } from 'vitest'
import type { Node, Taint } from '../../objects/node.ts'
import type { Pod, PodSpec } from '../../objects/pod.ts'
import type { DaemonSet } from '../../objects/workloads.ts'
import { aNode, aPod, READY } from '../../testing/objects.ts'
import { planDaemonSet, REVISION_LABEL } from './plan.ts'

function aDaemonSet(spec: Partial<PodSpec> = {}, more: Partial<DaemonSet['spec']> = {}): DaemonSet {
  const template = { spec: { containers: [], ...spec } }
  const selector = { matchLabels: { app: 'x' } }
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'd' }, spec: { selector, template, ...more } }
}

function on(nodeName: string, { revision = 'new', name = `on-${nodeName}`, status = READY } = {}): Pod {
  return aPod({ metadata: { name, labels: { [REVISION_LABEL]: revision } }, spec: { nodeName }, status })
}

function node(name: string, taints: Taint[] = []): Node {
  return aNode({ name, labels: { pool: name }, spec: { taints } })
}

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
const evicting = { key: 'out', effect: 'NoExecute' }
const holding = { key: 'sku', effect: 'NoSchedule' }

test.each<[rule: string, daemonSet: DaemonSet, nodes: Node[], pods: Pod[], does: string[]]>([
  ['puts one pod on each node', aDaemonSet(), [node('a'), node('b')], [on('a')], ['create b']],
  ['obeys the node selector', aDaemonSet({ nodeSelector: { pool: 'b' } }), [node('a'), node('b')], [], ['create b']],
  ['keeps off a node that is not ready yet', aDaemonSet(), [node('a', [notReady])], [], []],
  ['tolerates a cordon by itself', aDaemonSet(), [node('a', [unschedulable])], [], ['create a']],
  ['keeps off a taint that it does not tolerate', aDaemonSet(), [node('a', [holding])], [], []],
  ['stays under a taint that came later', aDaemonSet(), [node('a', [holding])], [on('a')], []],
  ['leaves under a NoExecute taint', aDaemonSet(), [node('a', [evicting])], [on('a')], ['delete on-a']],
  [
    'leaves a node that it no longer selects',
    aDaemonSet({ nodeSelector: { pool: 'b' } }),
    [node('a')],
    [on('a')],
    ['delete on-a'],
  ],
  ['deletes the pod of a node that is gone', aDaemonSet(), [], [on('a')], ['delete on-a']],
  ['replaces a failed pod', aDaemonSet(), [node('a')], [on('a', { status: { phase: 'Failed' } })], ['delete on-a']],
  [
    'deletes a second pod on one node',
    aDaemonSet(),
    [node('a')],
    [on('a'), on('a', { name: 'double' })],
    ['delete double'],
  ],
  [
    'updates one node at a time',
    aDaemonSet(),
    [node('a'), node('b')],
    [on('a', { revision: 'old' }), on('b', { revision: 'old' })],
    ['delete on-a'],
  ],
  [
    'waits while a node is without a ready pod',
    aDaemonSet(),
    [node('a'), node('b')],
    [on('a', { revision: 'old' }), on('b', { status: { phase: 'Pending' } })],
    [],
  ],
  [
    'leaves old pods alone with OnDelete',
    aDaemonSet({}, { updateStrategy: { type: 'OnDelete' } }),
    [node('a')],
    [on('a', { revision: 'old' })],
    [],
  ],
])('%s', (_rule, daemonSet, nodes, pods, does) => {
  const actions = planDaemonSet({ daemonSet, nodes, pods, revision: 'new' })
  expect(actions.map((a) => (a.do === 'create' ? `create ${a.nodeName}` : `delete ${a.pod.metadata.name}`))).toEqual(
    does,
  )
})
