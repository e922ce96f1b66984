import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { Assignment } from '../assignments/assignment.ts'
import { type HostAction, plan, restorePauseMs } from './plan.ts'

const NOW = 1_000_000
const assigned = (parts: Partial<Assignment> = {}): Assignment => ({
  instance: 'ws1',
  claimUid: 'uid-1',
  launch: 1,
  instanceType: 'l4',
  capacityType: 'on-demand',
  labels: {},
  taints: [],
  phase: 'claimed',
  ...parts,
})
const before = { labels: {}, annotations: {}, spec: {} }
const joined = assigned({ phase: 'joined', before })
const ending = assigned({ phase: 'ending', before, endingAtMs: NOW - 60_000 })
const node = (metadata: Partial<Node['metadata']> = {}): Node => ({
  metadata: { name: 'gpu-1', ...metadata },
  spec: {},
})
const ours = { labels: { 'kaito.sh/claim-uid': 'uid-1' } }
const leaving = { ...ours, deletionTimestamp: '2026-01-01T00:00:00Z' }

test.each<[rule: string, assignment: Assignment, found: Node | undefined, does: HostAction['do'][]]>([
  ['a claimed host waits for its Node', assigned(), undefined, []],
  ['what the Node was is noted before it is changed', assigned(), node(), ['noteJoined', 'claimNode']],
  ['what was noted stands when the Node comes back without our labels', joined, node(), ['claimNode']],
  ["a Node that is the claim's is left alone", joined, node(ours), []],
  ["a Node that is another claim's is left alone", assigned(), node({ labels: { 'kaito.sh/claim-uid': 'x' } }), []],
  ['a Node that is being deleted is left to who deletes it', joined, node(leaving), []],
  ['a Node deleted by hand is not put back while the host is claimed', joined, undefined, []],
  ['the end takes the Node along', ending, node(ours), ['deleteNode']],
  [
    'the end takes the finalizer off',
    ending,
    node({ ...leaving, finalizers: ['karpenter.sh/termination'] }),
    ['releaseNode'],
  ],
  ['the finalizer of somebody else is waited for', ending, node({ ...leaving, finalizers: ['a/b'] }), []],
  ['the Node is put back, and the host is free', ending, undefined, ['restoreNode', 'free']],
  ['a Node that is back already makes the host free', ending, node(), ['free']],
  ['a host that never joined is free at once', assigned({ phase: 'ending', endingAtMs: NOW }), undefined, ['free']],
  ['a Node is not put back within the second of its end', { ...ending, endingAtMs: NOW - 1_000 }, undefined, []],
  ['a host that people hold back is theirs', { ...joined, claimUid: undefined }, node(), []],
])('%s', (_rule, assignment, found, does) => {
  expect(plan({ assignment, node: found, now: NOW }).map((action) => action.do)).toEqual(does)
})

test('a host that ends is looked at again when its Node may be put back, and a clock set back holds up nothing', () => {
  expect(restorePauseMs({ assignment: { ...ending, endingAtMs: NOW - 1_000 }, node: undefined, now: NOW })).toBe(2_000)
  expect(
    restorePauseMs({ assignment: { ...ending, endingAtMs: NOW + 60_000 }, node: undefined, now: NOW }),
  ).toBeUndefined()
  expect(restorePauseMs({ assignment: ending, node: node(ours), now: NOW })).toBeUndefined()
})
