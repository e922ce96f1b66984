import { createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import type { NodeRequest, WorkspaceRef } from '../node-provisioner.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { createNodeChoice, RECORD_GRACE_MS } from './node-choice.ts'

const call = { signal: new AbortController().signal }
const SLOT = { ordinal: 0, attempt: 0 }

const of = (uid: string, parts: Partial<NodeRequest> = {}) =>
  aNodeRequest({ workspace: { name: uid, namespace: 'default', uid }, existingNodes: 'Prefer', ...parts })

function aWorld(...names: string[]) {
  const clock = createManualClock()
  const nodes = names.map((name) => anExistingNode(name))
  const recorded = new Map<string, string>()
  const claimed = new Set<string>()
  const choice = createNodeChoice({
    nodes: () => nodes,
    claimed: () => (node) => claimed.has(node.metadata.name),
    async reservations({ uid }: WorkspaceRef) {
      await clock.settle()
      return [...recorded].flatMap(([name, owner]) => (owner === uid ? [] : [name]))
    },
    clock,
  })
  const choose = async (request: NodeRequest, slots = [SLOT]) => [
    ...(await choice.choose(request, slots, call)).values(),
  ]
  return { clock, recorded, claimed, choice, choose }
}

test('of many Workspaces that ask at the same time each node serves one', async () => {
  const { choose } = aWorld('n1', 'n2')
  const chosen = await Promise.all(['a', 'b', 'c', 'd'].map((uid) => choose(of(uid))))
  expect(chosen).toEqual([['n1'], ['n2'], [], []])
})

test('a node on record elsewhere is not taken, and one on the own record not twice', async () => {
  const { choose, recorded } = aWorld('n1', 'n2')
  recorded.set('n1', 'b')
  expect(await choose(of('a'))).toEqual(['n2'])
  const slots = [{ ...SLOT, nodeName: 'n2' }]
  expect(await choose(of('a', { slots }), [{ ordinal: 1, attempt: 0 }])).toEqual([])
})

test('a node that a claim gave is not taken', async () => {
  const { choice, choose, claimed } = aWorld('n1')
  claimed.add('n1')
  expect(choice.hasCandidates(of('a'))).toBe(false)
  expect(await choose(of('a'))).toEqual([])
})

test('a choice is kept for its slot, whatever the order of asking', async () => {
  const { choose } = aWorld('n1', 'n2')
  const second = { ordinal: 1, attempt: 0 }
  expect(await choose(of('a'), [second])).toEqual(['n1'])
  const again = await choose(of('a'), [SLOT, second])
  expect(again.sort()).toEqual(['n1', 'n2'])
  expect(await choose(of('a'), [second])).toEqual(['n1'])
})

test('a choice that never came on record is free again after a while', async () => {
  const { clock, choice, choose } = aWorld('n1')
  await choose(of('a'))
  await clock.advance(RECORD_GRACE_MS)
  expect(choice.hasCandidates(of('b'))).toBe(false)
  expect(await choose(of('b'))).toEqual([])
  await clock.advance(1)
  expect(choice.hasCandidates(of('b'))).toBe(true)
  expect(await choose(of('b'))).toEqual(['n1'])
})

test('a choice that is on record stays taken for as long', async () => {
  const { clock, choose, recorded } = aWorld('n1')
  await choose(of('a'))
  recorded.set('n1', 'a')
  await clock.advance(10 * RECORD_GRACE_MS)
  expect(await choose(of('b'))).toEqual([])
})

test('what is given up is free at once', async () => {
  const { choice, choose } = aWorld('n1')
  await choose(of('a'))
  choice.forget(of('a').workspace)
  expect(await choose(of('b'))).toEqual(['n1'])
})

test('a read of the records that fails chooses nothing, and holds up nobody', async () => {
  const clock = createManualClock()
  let isAway = true
  const choice = createNodeChoice({
    nodes: () => [anExistingNode('n1')],
    claimed: () => () => false,
    async reservations() {
      if (isAway) throw new Error('away')
      return []
    },
    clock,
  })
  await expect(choice.choose(of('a'), [SLOT], call)).rejects.toThrow('away')
  isAway = false
  expect(await choice.choose(of('b'), [SLOT], call)).toEqual(new Map([[0, 'n1']]))
})
