import { expect, test } from 'vitest'
import type { Life } from './evidence.ts'
import { checklist } from './items/checklist.ts'
import { atMs, goneAt, replaced, reworded, unsaid } from './testing/life-builder.ts'
import { goodMachines, type WholeMachineEvidence } from './testing/machine-lives.ts'

const ITEMS = checklist('machine').filter(({ needs }) => needs !== undefined)

function verdict(number: string, evidence: WholeMachineEvidence) {
  const item = ITEMS.find((found) => found.number === number)
  if (!item) throw new Error(`there is no item ${number}`)
  return item.judge(evidence)
}

/** The plain Machine of the good story is launched, which KAITO's own provisioner would not do. */
const neverLaunched = (life: Life) => replaced(life, ['claim', 'status'], () => ({ providerID: '' }))

test.each(ITEMS.map(({ number }) => number))('%s holds for a backend that does everything right', (number) => {
  const good = goodMachines()
  if (number === 'M43') good.lives.plain = neverLaunched(good.lives.plain)
  expect(verdict(number, good)).toEqual({ result: 'pass' })
})

type LifeChange = [number: string, life: keyof WholeMachineEvidence['lives'], what: string, wrong: (life: Life) => Life]

const without = (type: string, reason: string) => (life: Life) =>
  replaced(life, ['claim', 'status'], ({ status }) => ({
    conditions: status.conditions.map((found) =>
      found.type === type && found.reason === reason ? { ...found, reason: 'SomethingElse' } : found,
    ),
  }))

const labels = (over: Record<string, string>) => (life: Life) =>
  replaced(life, ['node', 'metadata'], ({ metadata }) => ({ labels: { ...metadata.labels, ...over } }))

const FAILURES: LifeChange[] = [
  ['M3', 'marked', 'no finalizer', (life) => replaced(life, ['claim', 'metadata'], () => ({ finalizers: [] }))],
  ['M5', 'plain', 'no provider ID', neverLaunched],
  ['M5', 'plain', 'a reason', (life) => reworded(life, 'MachineLaunched', { reason: 'Launched' })],
  ['M5', 'plain', 'no capacity', (life) => replaced(life, ['claim', 'status'], () => ({ capacity: {} }))],
  ['M8', 'impossible', 'Unknown', (life) => reworded(life, 'MachineLaunched', { status: 'Unknown' })],
  ['M8', 'impossible', 'silence', (life) => unsaid(life, 'MachineLaunched')],
  ['M8', 'impossible', 'no message', (life) => reworded(life, 'MachineLaunched', { message: '' })],
  ['M8', 'impossible', 'a step done', (life) => reworded(life, 'MachineRegistered', { status: 'True' })],
  ['M9', 'unavailable', 'it stays', (life) => goneAt(life, 'claim', undefined)],
  ['M9', 'unavailable', 'no event', (life) => ({ ...life, events: [] })],
  ['M13', 'plain', 'another reason', without('MachineRegistered', 'NodeNotFound')],
  ['M15', 'marked', 'no annotation', (life) => replaced(life, ['node', 'metadata'], () => ({ annotations: {} }))],
  ['M15', 'marked', 'no owner', (life) => replaced(life, ['node', 'metadata'], () => ({ ownerReferences: [] }))],
  ['M17', 'plain', 'another Node', (life) => replaced(life, ['claim', 'status'], () => ({ nodeName: 'other' }))],
  [
    'M18',
    'marked',
    'it comes back',
    (life) =>
      replaced(life, ['node', 'spec'], ({ spec }, sighting) => ({
        taints: sighting.atMs > atMs(15) ? life.sent.spec.startupTaints : spec.taints,
      })),
  ],
  [
    'M19',
    'marked',
    'it stays away',
    (life) =>
      replaced(life, ['node', 'metadata'], ({ metadata }, sighting) =>
        sighting.atMs >= atMs(11) ? { labels: { ...metadata.labels, 'karpenter.sh/registered': '' } } : {},
      ),
  ],
  ['M20', 'marked', 'another reason', without('MachineInitialized', 'NodeNotReady')],
  ['M21', 'marked', 'another reason', without('MachineInitialized', 'StartupTaintsExist')],
  [
    'M22',
    'plain',
    'a passing taint',
    (life) =>
      replaced(life, ['node', 'spec'], () => ({
        taints: [{ key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }],
      })),
  ],
  ['M23', 'marked', 'another reason', without('MachineInitialized', 'ResourceNotRegistered')],
  ['M24', 'plain', 'never initialized', (life) => unsaid(life, 'MachineInitialized', 'True')],
  ['M25', 'plain', 'no label', labels({ 'karpenter.sh/initialized': '' })],
  ['M25', 'plain', 'a reason', (life) => reworded(life, 'Ready', { reason: 'Ready' })],
  ['M29', 'marked', 'the Machine first', (life) => goneAt(life, 'node', 40)],
  ['M30', 'impossible', 'it stays', (life) => goneAt(life, 'claim', undefined)],
  ['M33', 'plain', 'it had to be deleted', (life) => ({ ...life, acts: { ...life.acts, deleted: atMs(25) } })],
  ['M34', 'marked', 'not cordoned', (life) => replaced(life, ['node', 'spec'], () => ({ unschedulable: false }))],
  [
    'M34',
    'marked',
    'a pod first',
    (life) => ({ ...life, pod: life.pod.map((sighting) => ({ ...sighting, atMs: atMs(15) })) }),
  ],
  [
    'M36',
    'marked',
    'the critical one first',
    (life) => ({ ...life, critical: life.critical.map((sighting) => ({ ...sighting, atMs: atMs(24) })) }),
  ],
  [
    'M37',
    'marked',
    'evicted at once',
    (life) => ({ ...life, guarded: life.guarded.map((sighting) => ({ ...sighting, atMs: atMs(22) })) }),
  ],
  ['M37', 'marked', 'the Node gone with it', (life) => goneAt(life, 'node', 23)],
  ['M37', 'marked', 'nobody told', (life) => ({ ...life, events: [] })],
  ['M37', 'marked', 'never evicted', (life) => ({ ...life, guarded: [] })],
  ['M43', 'plain', 'it is launched', (life) => life],
  ['M44', 'marked', 'a severity', (life) => reworded(life, 'Ready', { severity: 'Info' })],
  [
    'M44',
    'marked',
    'another order',
    (life) => replaced(life, ['claim', 'status'], ({ status }) => ({ conditions: status.conditions.toReversed() })),
  ],
]

test.each(FAILURES)('%s fails for %s: %s', (number, name, _what, wrong) => {
  const evidence = goodMachines()
  evidence.lives[name] = wrong(evidence.lives[name])
  expect(verdict(number, evidence)).toMatchObject({ result: 'fail' })
})

const ASKED = ['M1', 'M2']

test.each(ASKED)('%s fails for an answer that is not the expected one', (number) => {
  const evidence = goodMachines()
  const answers = evidence.answers.map((answer) => ({ ...answer, got: 'accepted' as const }))
  expect(verdict(number, { ...evidence, answers })).toMatchObject({ result: 'fail' })
})

test('every item that can be checked has an input that fails', () => {
  const failed = new Set([...FAILURES.map(([number]) => number), ...ASKED])
  expect(ITEMS.filter(({ number }) => !failed.has(number)).map(({ number }) => number)).toEqual([])
})
