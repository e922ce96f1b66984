import { expect, test } from 'vitest'
import type { Life } from './evidence.ts'
import { checklist } from './items/checklist.ts'
import type { SeenObject, Taint } from './seen-object.ts'
import { atMs, changed, goneAt, replaced, reworded, time, timelineOf, unsaid } from './testing/life-builder.ts'
import { goodNodeClaims, type WholeEvidence } from './testing/node-claim-lives.ts'

const ITEMS = checklist('nodeclaim').filter(({ needs }) => needs !== undefined)

function verdict(number: string, evidence: WholeEvidence) {
  const item = ITEMS.find((found) => found.number === number)
  if (!item) throw new Error(`there is no item ${number}`)
  return item.judge(evidence)
}

/** Its Nodes come without the taint, so that one event is due; all else is N15's. */
const withoutUnregistered = (life: Life) =>
  changed(life, 'node', (object) => {
    object.spec.taints = object.spec.taints.filter(({ key }) => key !== 'karpenter.sh/unregistered')
    return object
  })
const missingTaint = { reason: 'UnregisteredTaintMissing', type: 'Warning', message: '' }

test.each(ITEMS.map(({ number }) => number))('%s holds for a backend that does everything right', (number) => {
  const good = goodNodeClaims()
  if (number === 'N16') good.lives.marked = { ...withoutUnregistered(good.lives.marked), events: [missingTaint] }
  expect(verdict(number, good)).toEqual({ result: 'pass' })
})

type LifeChange = [number: string, life: keyof WholeEvidence['lives'], what: string, wrong: (life: Life) => Life]

const label = (which: 'claim' | 'node', key: string, value?: string) => (life: Life) =>
  changed(life, which, (object) => {
    if (value === undefined) delete object.metadata.labels[key]
    else object.metadata.labels[key] = value
    return object
  })

const withReason = (life: Life, reason: string, over: object) =>
  replaced(life, ['claim', 'status'], ({ status }) => ({
    conditions: status.conditions.map((found) => (found.reason === reason ? { ...found, ...over } : found)),
  }))

const finalizers = (given: (object: SeenObject) => string[]) => (life: Life) =>
  replaced(life, ['claim', 'metadata'], (object) => ({ finalizers: given(object) }))

const taintsFrom = (second: number, taints: (life: Life) => Taint[]) => (life: Life) =>
  replaced(life, ['node', 'spec'], ({ spec }, sighting) => ({
    taints: sighting.atMs > atMs(second) ? taints(life) : spec.taints,
  }))

const NOT_READY = { key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }
const TERMINATION_TIME = 'karpenter.sh/nodeclaim-termination-timestamp'
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

const delayed = (from: number, by: number) => (life: Life) => ({
  ...life,
  claim: life.claim.map((sighting) =>
    sighting.atMs === atMs(from) || from === 0 ? { ...sighting, atMs: sighting.atMs + by * 1000 } : sighting,
  ),
})

const FAILURES: LifeChange[] = [
  ['N6', 'foreign', 'a finalizer', finalizers(() => ['a'])],
  ['N7', 'marked', 'no finalizer', finalizers(() => [])],
  [
    'N7',
    'marked',
    'a Node before the finalizer',
    (life) =>
      changed(life, 'claim', (object, sighting) => {
        if (sighting.atMs > atMs(6)) return object
        return {
          ...object,
          status: { ...object.status, providerID: '' },
          metadata: { ...object.metadata, finalizers: [] },
        }
      }),
  ],
  ['N8', 'impossible', 'a time of its own', (life) => reworded(life, 'Launched', { lastTransitionTime: time(2) })],
  ['N9', 'impossible', 'False', (life) => reworded(life, 'Launched', { status: 'False' })],
  ['N9', 'impossible', 'no word', (life) => unsaid(life, 'Launched')],
  ['N9', 'impossible', 'no message', (life) => reworded(life, 'Launched', { message: '' })],
  ['N9', 'impossible', 'another Ready', (life) => reworded(life, 'Ready', { reason: 'UnhealthyDependents' })],
  ['N11', 'unavailable', 'it stays', (life) => goneAt(life, 'claim', undefined)],
  ['N11', 'unavailable', 'no event', (life) => ({ ...life, events: [] })],
  ['N11', 'unavailable', 'deleted by hand', (life) => ({ ...life, acts: { deleted: atMs(1) } })],
  ['N12', 'plain', 'no capacity', (life) => replaced(life, ['claim', 'status'], () => ({ capacity: {} }))],
  ['N12', 'plain', 'another reason', (life) => reworded(life, 'Launched', { reason: 'Done' })],
  ['N12', 'plain', 'another label', label('claim', 'mark', 'b')],
  ['N15', 'marked', 'the label first', label('node', 'karpenter.sh/registered', 'true')],
  ['N15', 'marked', 'the taint goes first', label('node', 'karpenter.sh/registered')],
  ['N16', 'marked', 'no event', withoutUnregistered],
  [
    'N17',
    'marked',
    'two owners',
    (life) =>
      replaced(life, ['node', 'metadata'], ({ metadata }) => ({
        ownerReferences: [...metadata.ownerReferences, ...metadata.ownerReferences],
      })),
  ],
  ['N17', 'marked', 'no label', label('node', 'mark')],
  ['N17', 'marked', 'no taint', taintsFrom(0, () => [])],
  ['N18', 'plain', 'the taint', taintsFrom(3, (life) => life.sent.spec.taints)],
  ['N20', 'marked', 'another reason', (life) => withReason(life, 'StartupTaintsExist', { reason: 'NodeNotReady' })],
  ['N20', 'marked', 'a strange reason', (life) => withReason(life, 'NodeNotReady', { reason: 'NoIdea' })],
  ['N20', 'marked', 'False', (life) => reworded(life, 'Initialized', { status: 'False' })],
  ['N20', 'marked', 'the startup taint again', taintsFrom(15, (life) => life.sent.spec.startupTaints)],
  ['N21', 'plain', 'a passing taint', taintsFrom(0, () => [NOT_READY])],
  ['N22', 'marked', 'half a minute', delayed(9, 30)],
  ['N23', 'marked', 'a message', (life) => reworded(life, 'Ready', { message: 'fine' })],
  ['N23', 'marked', 'an old generation', (life) => reworded(life, 'Launched', { observedGeneration: 0 })],
  ['N23', 'marked', 'no label', label('node', 'karpenter.sh/initialized')],
  [
    'N23',
    'marked',
    'Ready first',
    (life) => replaced(life, ['claim', 'status'], ({ status }) => ({ conditions: status.conditions.toReversed() })),
  ],
  ['N24', 'marked', 'a moved time', (life) => withReason(life, 'StartupTaintsExist', { lastTransitionTime: time(6) })],
  ['N25', 'marked', 'an old generation', (life) => reworded(life, 'Drained', { observedGeneration: 1 })],
  ['N25', 'marked', 'Ready lost', (life) => reworded(life, 'Ready', { status: 'False' })],
  ['N26', 'marked', 'no label on the Node', label('node', 'a.example/aclass')],
  ['N26', 'marked', 'no label on the claim', label('claim', 'a.example/aclass')],
  ['N27', 'impossible', 'it stays', (life) => goneAt(life, 'claim', undefined)],
  ['N27', 'impossible', 'a minute', (life) => goneAt(life, 'claim', 80)],
  ['N28', 'marked', 'the claim first', (life) => goneAt(life, 'node', 40)],
  ['N28', 'marked', 'the Node stays', (life) => goneAt(life, 'node', undefined)],
  [
    'N28',
    'marked',
    'the finalizer early',
    finalizers(({ metadata }) => (metadata.deletionTimestamp ? [] : metadata.finalizers)),
  ],
  [
    'N30',
    'marked',
    'another time',
    (life) => replaced(life, ['claim', 'metadata'], () => ({ annotations: { [TERMINATION_TIME]: time(20) } })),
  ],
  ['N30', 'marked', 'no event', (life) => ({ ...life, events: [] })],
  ['N31', 'marked', 'cordoned', (life) => replaced(life, ['node', 'spec'], () => ({ unschedulable: true }))],
  ['N31', 'marked', 'no label', label('node', EXCLUDED)],
  ['N31', 'marked', 'no taint', taintsFrom(0, () => [])],
  [
    'N33',
    'marked',
    'the critical one first',
    (life) => ({ ...life, critical: life.critical.map((sighting) => ({ ...sighting, atMs: atMs(24) })) }),
  ],
  [
    'N34',
    'marked',
    'evicted at once',
    (life) => ({ ...life, guarded: life.guarded.map((sighting) => ({ ...sighting, atMs: atMs(22) })) }),
  ],
  ['N34', 'marked', 'the Node gone with it', (life) => goneAt(life, 'node', 23)],
  ['N34', 'marked', 'nobody told', (life) => ({ ...life, events: [] })],
  ['N34', 'marked', 'never evicted', (life) => ({ ...life, guarded: [] })],
  ['N35', 'marked', 'at once', (life) => unsaid(life, 'Drained', 'Unknown')],
  ['N35', 'marked', 'never', (life) => unsaid(life, 'Drained', 'True')],
  ['N36', 'marked', 'not waited for', (life) => unsaid(life, 'VolumesDetached', 'Unknown')],
  ['N36', 'marked', 'the Node went first', (life) => goneAt(life, 'node', 25)],
  ['N37', 'marked', 'not said', (life) => unsaid(life, 'InstanceTerminating')],
  [
    'N39',
    'impossible',
    'a minute late',
    (life) =>
      replaced(life, ['claim', 'metadata'], ({ metadata }) =>
        metadata.deletionTimestamp ? { deletionTimestamp: time(80) } : {},
      ),
  ],
  ['N39', 'impossible', 'by hand', (life) => ({ ...life, acts: { ...life.acts, deleted: atMs(60) } })],
  ['N41', 'marked', 'a False one', (life) => reworded(life, 'ConsistentStateFound', { status: 'False' })],
  ['N42', 'marked', 'no time', (life) => replaced(life, ['claim', 'status'], () => ({ lastPodEventTime: '' }))],
  ['N45', 'plain', 'one after the other', delayed(0, 60)],
  ['N46', 'marked', 'never ready', (life) => unsaid(life, 'Ready')],
  ['N46', 'marked', 'drifted', (life) => reworded(life, 'ConsistentStateFound', { type: 'Drifted' })],
  ['N49', 'longName', 'without the rule', (life) => reworded(life, 'Launched', { message: 'no' })],
  ['N49', 'longName', 'silence', (life) => unsaid(life, 'Launched')],
]

test.each(FAILURES)('%s fails for %s: %s', (number, name, _what, wrong) => {
  const evidence = goodNodeClaims()
  evidence.lives[name] = wrong(evidence.lives[name])
  expect(verdict(number, evidence)).toMatchObject({ result: 'fail' })
})

const one = timelineOf([[0, { metadata: { name: 'one', uid: 'one', labels: { 'karpenter.sh/nodepool': 'pool' } } }]])

test.each<[what: string, over: Partial<WholeEvidence['pool']>]>([
  ['three claims', { readyAtTwo: ['one', 'two', 'three'] }],
  ['two left', { leftAtOne: ['one', 'two'] }],
  ['a new one left', { leftAtOne: ['three'] }],
  ['no owner', { claims: one }],
])('N47 fails for a pool: %s', (_what, over) => {
  const evidence = goodNodeClaims()
  expect(verdict('N47', { ...evidence, pool: { ...evidence.pool, ...over } })).toMatchObject({ result: 'fail' })
})

const ASKED = ['N1', 'N2', 'N3', 'N4', 'N5', 'N48']

test.each(ASKED)('%s fails for an answer that is not the expected one, or is kept otherwise', (number) => {
  const evidence = goodNodeClaims()
  const answers = (over: object) =>
    evidence.answers.map((answer) => (answer.item === number ? { ...answer, ...over } : answer))
  expect(verdict(number, { ...evidence, answers: answers({ got: 'accepted' }) })).toMatchObject({ result: 'fail' })
  expect(verdict(number, { ...evidence, answers: answers({ fault: 'stored as 1h' }) })).toMatchObject({
    result: 'fail',
  })
})

test('every item that can be checked has an input that fails', () => {
  const failed = new Set([...FAILURES.map(([number]) => number), ...ASKED, 'N47'])
  expect(ITEMS.filter(({ number }) => !failed.has(number)).map(({ number }) => number)).toEqual([])
})

test('a size that does not exist tells nothing where it counts as sold out', () => {
  const evidence = goodNodeClaims()
  const events = [{ reason: 'InsufficientCapacityError', type: 'Warning', message: '' }]
  evidence.lives.impossible = { ...evidence.lives.impossible, events }
  for (const number of ['N8', 'N9', 'N27', 'N39'])
    expect(verdict(number, evidence)).toMatchObject({
      result: 'not applicable',
      reason: expect.stringMatching(/sold out/),
    })
})
