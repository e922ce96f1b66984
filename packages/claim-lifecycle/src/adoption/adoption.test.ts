import type { Instance } from '@kaito/cloud-provider'
import { expect, test } from 'vitest'
import type { Observed } from '../lifecycle/observed.ts'
import { plan } from '../lifecycle/plan.ts'
import { report } from '../lifecycle/report.ts'
import { anInstance } from '../testing/instances.ts'
import { aNode, seen } from '../testing/observed.ts'

const kaitos = (parts: Partial<Instance> = {}) => anInstance({ claimUid: undefined, madeByKaito: true, ...parts })
const theirs = anInstance({ claimUid: undefined })
const steps = ['Launched', 'Registered', 'Initialized'].map((step) => ({ type: `Machine${step}`, status: 'True' }))
const recorded = { status: { providerID: 'fake:///1', nodeName: 'node-1', conditions: steps } }
const deleted = { ...recorded, metadata: { deletionTimestamp: '2026-01-01T11:59:00Z' } }
const leaving = aNode({ deletionTimestamp: '2026-01-01T11:59:50Z', finalizers: ['karpenter.sh/termination'] })

test.each<[rule: string, parts: Parameters<typeof seen>[0], does: string[]]>([
  ["adopts KAITO's instance of a claim that records a node", { machine: recorded, namesake: kaitos() }, ['adopt']],
  ['adopts it before it ends it', { machine: deleted, namesake: kaitos(), nodes: [aNode()] }, ['adopt']],
  ['adopts one that is stopped', { machine: recorded, namesake: kaitos({ state: 'Stopped' }) }, ['adopt']],
  ['row 53: waits for one that is being changed', { machine: recorded, namesake: kaitos({ state: 'Busy' }) }, []],
  [
    'row 53: holds up no upgrade of one that is not adopted yet',
    { machine: recorded, namesake: kaitos({ state: 'Busy' }), nodes: [leaving] },
    ['releaseNode'],
  ],
  [
    'ends nothing of a claim whose instance is not adopted yet',
    { machine: deleted, namesake: kaitos({ state: 'Busy' }), nodes: [aNode()] },
    [],
  ],
  ['asks no second time while the cloud wants a pause', { machine: recorded, namesake: kaitos(), cloudPauseMs: 1 }, []],
  ['row 59: never takes an instance for a claim that never had a node', { namesake: kaitos() }, ['launch']],
  [
    'row 60: touches nothing of a restored claim whose instance carries another UID',
    { machine: recorded, namesake: anInstance({ claimUid: 'before the restore' }), nodes: [aNode()] },
    [],
  ],
  [
    'lets a deleted claim go whose name another claim has by now',
    { machine: deleted, namesake: anInstance({ claimUid: 'of another kind' }) },
    ['proveAbsence'],
  ],
])('%s', (_rule, parts, does) => {
  expect(plan(seen(parts)).map((action) => action.do)).toEqual(does)
})

const CONFLICT = { reason: 'NameConflict', message: 'not yours', notBeforeMs: undefined, retryAfterMs: 1 } as const
const registered = (observed: Observed, refusal?: typeof CONFLICT) =>
  report(observed, refusal ? { refusal } : {}).claim.registered

test('row 59: says NameConflict of a claim without a node whose name is taken', () => {
  const conflict = registered(seen({ machine: recorded, namesake: theirs }), CONFLICT)
  expect(conflict).toMatchObject({ met: false, reason: 'NameConflict', message: 'not yours' })
})

test('row 58: a claim whose node works stays ready although the mark on its instance is gone', () => {
  const conflict = registered(seen({ machine: recorded, namesake: theirs, nodes: [aNode()] }), CONFLICT)
  expect(conflict).toEqual({ met: true })
})

test('row 60: says NameConflict of a restored claim, whatever node there is', () => {
  const namesake = anInstance({ claimUid: 'before the restore' })
  const conflict = registered(seen({ machine: recorded, namesake, nodes: [aNode()] }))
  expect(conflict).toMatchObject({ met: false, reason: 'NameConflict' })
})

test('row 62: a deletion that waits for a word does nothing, and says so', () => {
  const held = seen({ machine: deleted, instance: anInstance(), nodes: [aNode()], deletionHeld: true })
  expect(plan(held)).toEqual([])
  expect(report(held, {}).claim.trouble).toMatchObject({
    reason: 'Deleting',
    message: expect.stringMatching(/^the definition of Machine was deleted/),
  })
})
