import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../claim/machine-adapter.ts'
import { anInstance } from '../testing/instances.ts'
import { abandonedNodes, plan, type World } from './plan.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const rules = { graceMs: 300_000, lostNodeMs: 900_000, breakerShare: 0.1 }
const uid = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

const initialized = { type: 'MachineInitialized', status: 'True' }
const claim = (status = {}, metadata = {}) =>
  machineAdapter.read(aMachine({ metadata: { finalizers: ['karpenter.sh/termination'], ...metadata }, status }))
const served = { providerID: 'fake:///1', nodeName: 'n', conditions: [initialized] }
const node = { metadata: { name: 'n', labels: { 'kaito.sh/claim-uid': uid } }, spec: { providerID: 'fake:///1' } }

const world = (parts: Partial<World>): World => ({ now: NOW, instances: [], claims: [], nodes: [], ...parts })
const collected = (seen: World, passes = 2, stepMs = 120_000) => {
  let earlier: ReadonlyMap<string, number> = new Map()
  let kinds: string[] = []
  for (let pass = 0; pass < passes; pass += 1) {
    const { firstSeen, collect } = plan({ ...seen, now: seen.now + pass * stepMs }, earlier, rules)
    earlier = firstSeen
    kinds = collect.map(({ kind }) => kind)
  }
  return kinds
}

test.each<[rule: string, seen: Partial<World>, kinds: string[]]>([
  ['collects an instance whose claim does not exist', { instances: [anInstance()] }, ['orphan']],
  ['leaves an instance whose claim exists', { instances: [anInstance()], claims: [claim(served)], nodes: [node] }, []],
  ['leaves what we did not launch', { instances: [anInstance({ claimUid: undefined })] }, []],
  ['leaves what is being deleted already', { instances: [anInstance({ state: 'Deleting' })] }, []],
  ['leaves an instance of unknown age', { instances: [anInstance({ claimCreatedAt: undefined })] }, []],
  ['leaves an instance of unreadable age', { instances: [anInstance({ claimCreatedAt: 'yesterday' })] }, []],
  ['leaves a young instance', { instances: [anInstance({ claimCreatedAt: '2026-01-01T11:56:00Z' })] }, []],
  [
    'collects the instance of another claim of the same name',
    { instances: [anInstance({ claimUid: 'old' })], claims: [claim()] },
    ['orphan'],
  ],
  ['collects a registered claim whose instance is gone (M39)', { claims: [claim(served)] }, ['gone']],
  [
    'leaves a claim whose node works, whatever the cloud lists',
    { claims: [claim(served)], nodes: [{ ...node, status: { conditions: [{ type: 'Ready', status: 'True' }] } }] },
    [],
  ],
  ['leaves a claim that never had a node', { claims: [claim()] }, []],
  [
    'leaves a claim that is being deleted',
    { claims: [claim(served, { deletionTimestamp: '2026-01-01T11:00:00Z' })] },
    [],
  ],
  ['leaves a claim that is not ours to hold', { claims: [claim(served, { finalizers: [] })] }, []],
  [
    'leaves a claim whose name somebody else has taken in the cloud',
    { claims: [claim(served)], instances: [anInstance({ claimUid: undefined })] },
    [],
  ],
])('%s', (_rule, seen, kinds) => {
  expect(collected(world(seen))).toEqual(kinds)
})

test('collects nothing at first sight', () => {
  expect(collected(world({ instances: [anInstance()] }), 1)).toEqual([])
})

test('starts anew when a candidate was none for one pass', () => {
  const seen = world({ instances: [anInstance()] })
  const { firstSeen } = plan(seen, new Map(), rules)
  const between = plan(world({}), firstSeen, rules)
  expect(plan(seen, between.firstSeen, rules).collect).toEqual([])
})

test('collects a claim whose node stays away only after it had the time to come back', () => {
  const seen = world({ instances: [anInstance()], claims: [claim(served)] })
  expect(collected(seen, 7)).toEqual([])
  expect(collected(seen, 9)).toEqual(['lostNode'])
})

test.each(['Busy', 'Stopped', 'Creating', 'Failed'] as const)(
  'waits for the node of an instance that is %s',
  (state) => {
    expect(collected(world({ instances: [anInstance({ state })], claims: [claim(served)] }), 30)).toEqual([])
  },
)

test.each([
  [1, 1],
  [19, 1],
  [20, 2],
  [300, 30],
])('of %i instances at most %i go in one pass', (count, limit) => {
  const instances = Array.from({ length: count }, (_, index) =>
    anInstance({ name: `ws${index}`, claimUid: `u${index}` }),
  )
  expect(plan(world({ instances }), new Map(), rules).limit).toBe(limit)
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
