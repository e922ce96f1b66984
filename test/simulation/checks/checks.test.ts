import { FAILED_LAUNCHES_ANNOTATION, TERMINATION_FINALIZER } from '@kaito/api'
import type { KubeObject } from '@kaito/local-cluster'
import { expect, test } from 'vitest'
import type { Evidence } from '../evidence.ts'
import type { PoolFacts } from '../pool-record.ts'
import { CANARY, SETTINGS } from '../provisioner.ts'
import type { WireAnswer, WireCall } from '../wire.ts'
import type { Check, CreateCheck } from './check.ts'
import { deletionChecks } from './deletions.ts'
import { launchChecks } from './launches.ts'
import { quietChecks, unrest } from './rest.ts'
import { secretChecks } from './secrets.ts'
import { waitingChecks } from './waiting.ts'

const NOW = Date.UTC(2030, 0, 1, 12)
const MINUTE = 60_000
const ago = (ms: number) => new Date(NOW - ms).toISOString()
const TAGS = { 'kaito-claim-uid': 'uid-1', 'kaito-launch': '1' }

function claim(metadata: Partial<KubeObject['metadata']> = {}, ready?: object): KubeObject {
  const conditions = ready ? [{ type: 'Ready', ...ready }] : []
  return {
    apiVersion: 'v1',
    kind: 'Machine',
    metadata: {
      name: 'ws',
      uid: 'uid-1',
      creationTimestamp: ago(60 * MINUTE),
      finalizers: [TERMINATION_FINALIZER],
      ...metadata,
    },
    status: { conditions, providerID: 'id' },
  }
}

function node(metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'n',
      uid: 'uid-n',
      creationTimestamp: ago(60 * MINUTE),
      labels: { agentpool: 'ws' },
      ...metadata,
    },
    spec: { providerID: 'id' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'work' }, spec: { nodeName: 'n' } }
const pool: PoolFacts = { name: 'ws', claimUid: 'uid-1', launch: 1, since: NOW - 60 * MINUTE, isLeaving: false }

interface Facts {
  claims?: KubeObject[]
  nodes?: KubeObject[]
  pods?: KubeObject[]
  pools?: PoolFacts[]
  read?: { object: KubeObject | undefined }
  launches?: number[]
  lives?: { name: string; uid: string; from: number; to: number | undefined }[]
}

function evidence(facts: Facts): Evidence {
  const { claims = [], nodes = [], pods = [], pools = [], read, launches = [], lives = [] } = facts
  const byName = <T extends { metadata: { name: string } }>(all: T[]) =>
    new Map(all.map((one) => [one.metadata.name, one]))
  return {
    kind: {
      kind: { group: '', version: 'v1', plural: 'machines', kind: 'Machine', namespaced: false },
      object: () => claim(),
    },
    settings: SETTINGS,
    history: {
      claims: byName(claims),
      nodes: byName(nodes),
      pods: byName(pods),
      configMaps: new Map(),
      onChange: () => undefined,
    },
    user: { stripped: new Set(), deletedNodes: new Set(), lostPools: new Map() },
    now: () => NOW,
    pools: () => new Map(pools.map((one) => [one.name, one])),
    lives: () => lives,
    lastRead: () => read,
    isForeign: () => false,
    launches: () => launches,
    calmMs: () => 24 * 60 * MINUTE,
    disturbed: () => undefined,
  }
}

function call(parts: Partial<WireCall>): WireCall {
  return {
    side: 'kube',
    process: 'p1',
    verb: 'get',
    resource: 'machines',
    name: 'ws',
    isWrite: parts.verb !== undefined && parts.verb !== 'get' && parts.verb !== 'list',
    body: undefined,
    headers: {},
    ...parts,
  }
}

const launch = (headers: Record<string, string> = { 'if-none-match': '*' }, tags: object = TAGS) =>
  call({ side: 'arm', verb: 'create', resource: 'pools', headers, body: JSON.stringify({ properties: { tags } }) })
const deletion = (headers: Record<string, string> = { 'if-match': 'tag' }) =>
  call({ side: 'arm', verb: 'delete', resource: 'pools', headers })
const deleted = (resource: string, name: string, body: object = { preconditions: { uid: 'uid' } }) =>
  call({ verb: 'delete', resource, name, body: JSON.stringify(body) })
const answer = (status: number, headers = {}): WireAnswer => ({ status, headers, text: '' })

/** Numbers of the rules that one thing breaks. */
function broken(create: CreateCheck, facts: Facts, happen: (check: Check) => void): string[] {
  const numbers = new Set<string>()
  happen(create(evidence(facts), (number) => void numbers.add(number)))
  return [...numbers].sort()
}

const arrives = (made: WireCall) => (check: Check) => check.onArrival?.(made)
const answered =
  (made: WireCall, status = 200) =>
  (check: Check) =>
    check.onAnswer?.(made, answer(status))
const held = { read: { object: claim() } }
const ending = claim({ deletionTimestamp: ago(MINUTE) })
const given = { claims: [ending], read: { object: ending }, pools: [pool] }

test.each<[what: string, facts: Facts, made: WireCall, rules: string[]]>([
  ['for a claim that was read, is held and alive', held, launch(), []],
  ['without reading the claim', {}, launch(), ['I24']],
  ['for a claim that is gone', { read: { object: undefined } }, launch(), ['I6']],
  ['for a claim that is being deleted', { read: { object: ending } }, launch(), ['I6']],
  ['for a claim that nobody holds', { read: { object: claim({ finalizers: [] }) } }, launch(), ['I4']],
  ['for another claim than the one that was read', { read: { object: claim({ uid: 'uid-2' }) } }, launch(), ['I21']],
  ['that would change what exists', held, launch({}), ['I22']],
])('a launch %s', (_what, facts, made, rules) => {
  expect(broken(launchChecks, facts, arrives(made))).toEqual(rules)
})

test.each<[what: string, facts: Facts, rules: string[]]>([
  ['the first pool of a claim', { pools: [pool], launches: [NOW] }, []],
  ['two pools for one claim', { pools: [pool, { ...pool, name: 'ws2' }], launches: [NOW] }, ['I1']],
  ['a fourth launch', { pools: [pool], launches: [NOW, NOW, NOW, NOW] }, ['I16', 'I17']],
])('%s, once accepted', (_what, facts, rules) => {
  expect(broken(launchChecks, facts, answered(launch(), 201))).toEqual(rules)
})

test.each<[what: string, facts: Facts, made: WireCall, rules: string[]]>([
  ['the pool of a claim that is being deleted', given, deletion(), []],
  ['a pool whose claim is gone', { read: { object: undefined }, pools: [pool] }, deletion(), []],
  ['a pool that is not ours', { ...given, pools: [{ ...pool, claimUid: undefined }] }, deletion(), ['I3']],
  ['the pool of a living claim', { ...given, claims: [claim()], ...held }, deletion(), ['I3']],
  [
    'the pool of a launch that is on record as failed',
    { pools: [pool], read: { object: claim({ annotations: { [FAILED_LAUNCHES_ANNOTATION]: '{"last":1}' } }) } },
    deletion(),
    [],
  ],
  ['a pool without reading its claim', { claims: [ending], pools: [pool] }, deletion(), ['I24']],
  ['a pool whatever it is by now', given, deletion({}), ['I20']],
  ['a pool while its Node is open', { ...given, nodes: [node()] }, deletion(), ['I8']],
  [
    'a pool while pods run on its Node',
    { ...given, nodes: [node({ deletionTimestamp: ago(MINUTE) })], pods: [pod] },
    deletion(),
    ['I8'],
  ],
  [
    'a pool whose pods have had their time',
    { ...given, nodes: [node({ deletionTimestamp: ago(60 * MINUTE) })], pods: [pod] },
    deletion(),
    [],
  ],
  ['something without naming its UID', {}, deleted('nodes', 'n', {}), ['I21']],
  [
    'a claim whose Node works',
    { ...held, claims: [claim()], nodes: [node()], pools: [pool] },
    deleted('machines', 'ws'),
    ['I11'],
  ],
  ['a claim whose pool is gone', { ...held, claims: [claim()] }, deleted('machines', 'ws'), []],
  ['a claim without reading it', { claims: [claim()] }, deleted('machines', 'ws'), ['I24']],
  ['the Node of a living claim', { claims: [claim()], nodes: [node()], pools: [pool] }, deleted('nodes', 'n'), ['I11']],
  ['the Node of a claim that ends', { claims: [ending], nodes: [node()], pools: [pool] }, deleted('nodes', 'n'), []],
  [
    'the pods of a living claim',
    { claims: [claim()], nodes: [node()], pools: [pool], pods: [pod] },
    call({ verb: 'create', resource: 'pods/eviction', name: 'work' }),
    ['I11'],
  ],
])('takes away %s', (_what, facts, made, rules) => {
  const happen = (check: Check) => {
    check.onArrival?.(made)
    check.onAnswer?.(made, answer(202))
  }
  expect(broken(deletionChecks, facts, happen)).toEqual(rules)
})

test('a deletion that Azure refuses takes nothing away', () => {
  const refused = (check: Check) => {
    check.onArrival?.(deletion())
    check.onAnswer?.(deletion(), answer(412))
  }
  expect(broken(deletionChecks, { ...given, claims: [claim()], ...held }, refused)).toEqual([])
})

test('a claim is not let go while its pool exists', () => {
  const release = call({ verb: 'patch', body: JSON.stringify({ metadata: { finalizers: [] } }) })
  const lives = [{ name: 'ws', uid: 'uid-1', from: 0, to: undefined }]
  expect(broken(deletionChecks, { pools: [pool], lives }, answered(release))).toEqual(['I5'])
  expect(broken(deletionChecks, { lives }, answered(release))).toEqual([])
})

test('nobody comes back before Azure allows it', () => {
  const soon = (check: Check) => {
    check.onAnswer?.(launch(), answer(429, { 'Retry-After': '17' }))
    check.onArrival?.(launch())
  }
  expect(broken(waitingChecks, {}, soon)).toEqual(['I9s'])
})

test.each<[what: string, facts: Facts, rules: string[]]>([
  ['a pool that serves a claim', { pools: [pool], lives: [{ name: 'ws', uid: 'uid-1', from: 0, to: undefined }] }, []],
  ['a pool long without its claim', { pools: [pool] }, ['I2']],
  ['a claim that waits without a word', { claims: [claim()] }, ['I27']],
  ['a claim that says why it waits', { claims: [claim({}, { status: 'False', reason: 'NoCapacity' })] }, []],
  ['a deletion without a word', { claims: [claim({ deletionTimestamp: ago(60 * MINUTE) })] }, ['I9']],
])('in the long run, %s', (_what, facts, rules) => {
  expect(broken(waitingChecks, facts, (check) => check.onTime?.())).toEqual(rules)
})

test('a credential in a write is found, in whatever form', () => {
  const written = (text: string) => broken(secretChecks, {}, arrives(call({ verb: 'patch', body: text })))
  expect(written('nothing')).toEqual([])
  expect(written(`a ${CANARY}`)).toEqual(['I26'])
  expect(written(Buffer.from(CANARY).toString('base64'))).toEqual(['I26'])
})

test('rest is one pool and one working Node for each claim, and nothing else', () => {
  const ready = claim({}, { status: 'True' })
  const atRest = { claims: [ready], nodes: [node()], pools: [pool] }
  expect(unrest(evidence(atRest))).toEqual([])
  expect(unrest(evidence({ ...atRest, nodes: [] }))).toHaveLength(1)
  expect(unrest(evidence({ ...atRest, pools: [] }))).toHaveLength(1)
  expect(unrest(evidence({ pools: [pool] }))).toHaveLength(1)
  expect(unrest(evidence({ claims: [ending] }))).toHaveLength(1)
})

test('who has nothing to do writes nothing and reads little', () => {
  const judged = (calls: WireCall[]) => {
    const found: string[] = []
    quietChecks(calls, (number) => found.push(number))
    return found
  }
  expect(judged([call({ verb: 'list' }), call({ verb: 'create', resource: 'events' })])).toEqual([])
  expect(judged([call({ verb: 'patch' })])).toEqual(['I15'])
  expect(judged(Array.from({ length: 20 }, () => call({ side: 'arm', verb: 'list', resource: 'pools' })))).toEqual([
    'I15',
  ])
  expect(judged(Array.from({ length: 20 }, () => call({ verb: 'list' })))).toEqual(['I15'])
})
