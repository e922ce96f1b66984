import { aMachine } from '@kaito/api/testing'
import type { Instance } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import { machineAdapter, US } from '../testing/adapters.ts'
import { anInstance } from '../testing/instances.ts'
import { abandonedNodes, type FoundClaim, NOTHING_SEEN, plan, unclaimedInstances, type World } from './plan.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const MINUTE = 60_000
const rules = { graceMs: 5 * MINUTE, lostNodeMs: 15 * MINUTE, settleMs: 15 * MINUTE, breakerShare: 0.1 }
const uid = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

const initialized = { type: 'MachineInitialized', status: 'True' }
const claim = (status = {}, metadata = {}): FoundClaim => ({
  kind: 'Machine',
  isServed: true,
  isOthers: false,
  claim: machineAdapter.read(aMachine({ metadata: { finalizers: ['karpenter.sh/termination'], ...metadata }, status })),
})
const served = { providerID: 'fake:///1', nodeName: 'n', conditions: [initialized] }
const node = { metadata: { name: 'n', labels: { 'kaito.sh/claim-uid': uid } }, spec: { providerID: 'fake:///1' } }
const readyNode = { ...node, status: { conditions: [{ type: 'Ready', status: 'True' as const }] } }

const world = (parts: Partial<World>): World => ({
  now: NOW,
  monotonic: 0,
  instances: [],
  claims: [],
  nodes: [],
  provisioner: US,
  ...parts,
})

/** What goes in the last of so many passes, two minutes apart; each world holds for one, the last one for the rest. */
const collected = (worlds: Partial<World> | Partial<World>[], passes = 2) => {
  const list = [worlds].flat()
  let memory = NOTHING_SEEN
  let kinds: string[] = []
  for (let pass = 0; pass < passes; pass += 1) {
    const elapsedMs = pass * 2 * MINUTE
    const seen = world({ now: NOW + elapsedMs, monotonic: elapsedMs, ...list[Math.min(pass, list.length - 1)] })
    const verdict = plan(seen, memory, rules)
    memory = verdict.memory
    kinds = verdict.collect.map(({ kind }) => kind)
  }
  return kinds
}

test.each<[rule: string, seen: Partial<World>, kinds: string[]]>([
  ['row 28: collects an instance whose claim does not exist', { instances: [anInstance()] }, ['orphan']],
  ['leaves an instance whose claim exists', { instances: [anInstance()], claims: [claim(served)], nodes: [node] }, []],
  [
    'leaves an instance whose claim is of a kind that is not served here',
    { instances: [anInstance()], claims: [{ ...claim(served), kind: 'NodeClaim', isServed: false }] },
    [],
  ],
  ['row 58: leaves what does not carry our mark', { instances: [anInstance({ claimUid: undefined })] }, []],
  ['leaves what is being deleted already', { instances: [anInstance({ state: 'Deleting' })] }, []],
  ['leaves an orphan that somebody stopped', { instances: [anInstance({ state: 'Stopped' })] }, []],
  ['leaves an orphan that is being changed', { instances: [anInstance({ state: 'Busy' })] }, []],
  ['collects an orphan that is still being made', { instances: [anInstance({ state: 'Creating' })] }, ['orphan']],
  ['leaves an instance of unknown age', { instances: [anInstance({ claimCreatedAt: undefined })] }, []],
  ['leaves an instance of unreadable age', { instances: [anInstance({ claimCreatedAt: 'yesterday' })] }, []],
  ['leaves a young instance', { instances: [anInstance({ claimCreatedAt: '2026-01-01T11:58:00Z' })] }, []],
  [
    'collects the instance of another claim of the same name',
    { instances: [anInstance({ claimUid: 'old' })], claims: [claim()] },
    ['orphan'],
  ],
  [
    'row 60: leaves the instance that a restored claim of its name records',
    { instances: [anInstance({ claimUid: 'before the restore' })], claims: [claim(served)], nodes: [node] },
    [],
  ],
  ['M39, row 20: collects a registered claim whose instance is gone', { claims: [claim(served)] }, ['gone']],
  [
    'N38: leaves a claim whose node works, whatever the cloud lists',
    { claims: [claim(served)], nodes: [readyNode] },
    [],
  ],
  [
    'N38: collects a claim whose instance is gone and whose node is silent',
    { claims: [claim(served)], nodes: [node] },
    ['gone'],
  ],
  ['N38: leaves a claim that never had a node', { claims: [claim()] }, []],
  [
    'leaves a claim that is being deleted',
    { claims: [claim(served, { deletionTimestamp: '2026-01-01T11:00:00Z' })] },
    [],
  ],
  ['leaves a claim that nothing of ours holds', { claims: [claim(served, { finalizers: [] })] }, []],
  ['leaves a claim of a kind that is not served here', { claims: [{ ...claim(served), isServed: false }] }, []],
  [
    'row 59: leaves a claim whose name somebody else has taken in the cloud',
    { claims: [claim(served)], instances: [anInstance({ claimUid: undefined })] },
    [],
  ],
  ['N43, row 25: collects a Node of ours that outlived claim and instance', { nodes: [node] }, ['strayNode']],
  ['N43: leaves such a Node while it works', { nodes: [readyNode] }, []],
  [
    'N43: leaves such a Node while its instance exists',
    { nodes: [node], instances: [anInstance({ state: 'Stopped' })] },
    [],
  ],
  ['N43: leaves a Node that is not ours', { nodes: [{ ...node, metadata: { name: 'n' } }] }, []],
])('%s', (_rule, seen, kinds) => {
  expect(collected(seen)).toEqual(kinds)
})

test('collects nothing at first sight', () => {
  expect(collected({ instances: [anInstance()] }, 1)).toEqual([])
})

test('starts anew when a candidate was none for one pass', () => {
  const seen = { instances: [anInstance()] }
  expect(collected([seen, {}, seen], 3)).toEqual([])
  expect(collected([seen, {}, seen], 4)).toEqual(['orphan'])
})

test('row 63: no jump of the wall clock makes a candidate older', () => {
  const lost = { instances: [anInstance()], claims: [claim(served)] }
  expect(collected([lost, { ...lost, now: NOW + 24 * 60 * MINUTE }])).toEqual([])
})

test('row 17: collects a claim whose node stays away only after it had the time to come back', () => {
  const seen = { instances: [anInstance()], claims: [claim(served)] }
  expect(collected(seen, 8)).toEqual([])
  expect(collected(seen, 9)).toEqual(['lostNode'])
})

test('gives the node of a failed instance longer, for the cloud repairs by itself', () => {
  const seen = { instances: [anInstance({ state: 'Failed' })], claims: [claim(served)] }
  expect(collected(seen, 45)).toEqual([])
  expect(collected(seen, 46)).toEqual(['lostNode'])
})

test.each<[row: string, state: Instance['state']]>([
  ['row 53', 'Busy'],
  ['row 77', 'Stopped'],
  ['row 7', 'Creating'],
])('%s: waits without end for the node of an instance that is %s', (_row, state) => {
  expect(collected({ instances: [anInstance({ state })], claims: [claim(served)] }, 100)).toEqual([])
})

test.each(['Busy', 'Stopped'] as const)('leaves an orphan alone for a while after it was %s', (state) => {
  const restless = { instances: [anInstance({ state })] }
  const atRest = { instances: [anInstance()] }
  expect(collected([restless, atRest], 9)).toEqual([])
  expect(collected([restless, atRest], 10)).toEqual(['orphan'])
})

const instances = (count: number) =>
  Array.from({ length: count }, (_, index) => anInstance({ name: `ws${index}`, claimUid: `u${index}` }))

test.each([
  [1, 1],
  [19, 1],
  [20, 2],
  [300, 30],
])('of %i instances at most %i go in one pass', (count, limit) => {
  expect(plan(world({ instances: instances(count) }), NOTHING_SEEN, rules).limit).toBe(limit)
})

test('row 22: nothing goes without a word when the claims have vanished all at once', () => {
  const full = plan(world({ instances: instances(1), claims: [claim(served), claim(served)] }), NOTHING_SEEN, rules)
  const empty = world({ instances: instances(1), monotonic: 2 * MINUTE })
  const first = plan(empty, full.memory, rules)
  expect(first.limit).toBe(0)
  expect(plan({ ...empty, monotonic: 4 * MINUTE }, first.memory, rules)).toMatchObject({
    limit: 0,
    collect: [{ kind: 'orphan' }],
  })
})

test('row 22: when the claims are back, or nothing is left over, a pass may delete again', () => {
  const memory = { ...NOTHING_SEEN, claims: 5 }
  const { memory: emptied } = plan(world({}), memory, rules)
  expect(plan(world({ instances: instances(1) }), emptied, rules).limit).toBe(1)
  const back = plan(world({ claims: [claim(served)], instances: instances(1) }), memory, rules)
  expect(back.limit).toBe(1)
})

test('releases a leaving Node that neither a claim nor an instance stands behind', () => {
  const metadata = {
    ...node.metadata,
    finalizers: ['karpenter.sh/termination'],
    deletionTimestamp: '2026-01-01T11:00:00Z',
  }
  const leaving = { ...node, metadata }
  expect(abandonedNodes(world({ nodes: [leaving] }))).toEqual([leaving])
  expect(abandonedNodes(world({ nodes: [leaving], claims: [claim(served)] }))).toEqual([])
  expect(abandonedNodes(world({ nodes: [leaving], instances: [anInstance()] }))).toEqual([])
  expect(abandonedNodes(world({ nodes: [node] }))).toEqual([])
})

test("decision 6: tells of KAITO's own instances without a claim, and collects none of them", () => {
  const theirs = anInstance({ claimUid: undefined, madeByKaito: true })
  expect(unclaimedInstances({ instances: [theirs], claims: [] })).toEqual([theirs])
  expect(unclaimedInstances({ instances: [theirs], claims: [claim(served)] })).toEqual([])
  expect(unclaimedInstances({ instances: [anInstance({ claimUid: undefined })], claims: [] })).toEqual([])
  expect(collected({ instances: [theirs] }, 30)).toEqual([])
})
