import { aMachine } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { aNode } from '../testing/observed.ts'
import { type Histories, type Patient, plan, type Ward } from './plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const rules = { settleMs: 5 * MINUTE, leastRepairMs: HOUR, unhealthyShare: 0.2 }

const withConditions = (name: string, types: Record<string, 'True' | 'False'>): Node => {
  const conditions = Object.entries(types).map(([type, status]) => ({ type, status }))
  return aNode({ name }, { status: { allocatable: { 'nvidia.com/gpu': '1' }, conditions } })
}
const well = withConditions('n', { Ready: 'True' })
const sick = withConditions('n', { Ready: 'False' })
const broken = withConditions('n', { Ready: 'True', XIDErrors: 'True' })

const patient = (uid: string, parts: Partial<Patient> = {}): Patient => ({
  kind: 'Machine',
  claim: machineAdapter.read(aMachine({ metadata: { name: uid, uid } })),
  node: well,
  isAtRest: true,
  repairAfterMs: undefined,
  told: undefined,
  ...parts,
})
const toldSick = (reason = 'NodeNotReady') => ({ healthy: false, reason })

type Course = [untilMs: number, patients: Patient[], parts?: Partial<Ward>][]

/** Looks every minute; each stretch of the course holds until its time. What was told in between is not remembered. */
function follow(course: Course) {
  let histories: Histories = new Map()
  let last: ReturnType<typeof plan> | undefined
  const repairs: string[] = []
  let monotonic = 0
  for (const [untilMs, patients, parts] of course) {
    for (; monotonic <= untilMs; monotonic += MINUTE) {
      last = plan({ monotonic, patients, mayRepair: true, repairing: 0, ...parts }, histories, rules)
      histories = last.histories
      if (last.repair) repairs.push(last.repair.claim.name)
    }
  }
  if (!last) throw new Error('an empty course')
  return { ...last, repairs, reasons: last.reports.map(({ reason }) => reason) }
}

test.each<[rule: string, course: Course, reasons: string[]]>([
  ['says nothing of a healthy node', [[HOUR, [patient('a')]]], []],
  [
    'row 10: says nothing of a node that is unhealthy for less than some minutes',
    [[4 * MINUTE, [patient('a', { node: sick })]]],
    [],
  ],
  ['tells of a node that is unhealthy for longer', [[5 * MINUTE, [patient('a', { node: sick })]]], ['NodeNotReady']],
  [
    'row 10: starts anew when the node was well in between',
    [
      [4 * MINUTE, [patient('a', { node: sick })]],
      [5 * MINUTE, [patient('a')]],
      [10 * MINUTE, [patient('a', { node: sick })]],
    ],
    [],
  ],
  ['tells no second time', [[HOUR, [patient('a', { node: sick, told: toldSick() })]]], []],
  [
    'tells another cause once it has lasted',
    [
      [MINUTE, [patient('a', { node: sick, told: toldSick() })]],
      [7 * MINUTE, [patient('a', { node: broken, told: toldSick() })]],
    ],
    ['XIDErrors'],
  ],
  [
    'counts unhealthiness over changing causes',
    [
      [3 * MINUTE, [patient('a', { node: sick })]],
      [5 * MINUTE, [patient('a', { node: broken })]],
    ],
    ['XIDErrors'],
  ],
  [
    'row 10: keeps the condition while the node is well for a moment',
    [[4 * MINUTE, [patient('a', { told: toldSick() })]]],
    [],
  ],
  ['takes it back when the node stays well', [[5 * MINUTE, [patient('a', { told: toldSick() })]]], ['NodeHealthy']],
  [
    'row 53, row 77: says nothing while the cloud changes or stops the instance',
    [[HOUR, [patient('a', { node: sick, isAtRest: false })]]],
    [],
  ],
  ['row 45: says nothing while the Node is away', [[HOUR, [patient('a', { node: undefined, told: toldSick() })]]], []],
  [
    'row 53: starts anew when the change is over',
    [
      [HOUR, [patient('a', { node: sick, isAtRest: false })]],
      [HOUR + 5 * MINUTE, [patient('a', { node: sick })]],
    ],
    [],
  ],
])('%s', (_rule, course, reasons) => {
  expect(follow(course).reasons).toEqual(reasons)
})

const due = (uid: string, parts: Partial<Patient> = {}) => patient(uid, { node: sick, repairAfterMs: HOUR, ...parts })
const others = (count: number) => Array.from({ length: count }, (_, index) => patient(`other${index}`))

test.each<[rule: string, course: Course, repairs: string[]]>([
  ['repairs nothing unless the class says so', [[10 * HOUR, [due('a', { repairAfterMs: undefined })]]], []],
  ['repairs a node that is unhealthy for as long as its class says', [[HOUR, [due('a')]]], ['a']],
  ['N40: not a minute sooner', [[HOUR - MINUTE, [due('a')]]], []],
  [
    'never sooner than the cloud repairs by itself, whatever the class says',
    [[HOUR - MINUTE, [due('a', { repairAfterMs: MINUTE })]]],
    [],
  ],
  [
    'N40: recovery cancels',
    [
      [HOUR - MINUTE, [due('a')]],
      [HOUR, [due('a', { node: well })]],
      [HOUR + 50 * MINUTE, [due('a')]],
    ],
    [],
  ],
  [
    'row 10: never repairs a node that flaps',
    [
      [20 * MINUTE, [due('a')]],
      [21 * MINUTE, [due('a', { node: well })]],
      [41 * MINUTE, [due('a')]],
      [42 * MINUTE, [due('a', { node: well })]],
      [80 * MINUTE, [due('a')]],
    ],
    [],
  ],
  ['row 77: waits while deletions of ours are not allowed', [[10 * HOUR, [due('a')], { mayRepair: false }]], []],
  [
    'row 77: and counts from then on',
    [
      [10 * HOUR, [due('a')], { mayRepair: false }],
      [11 * HOUR - MINUTE, [due('a')]],
    ],
    [],
  ],
  ['I19: waits while another repair is under way', [[HOUR, [due('a')], { repairing: 1 }]], []],
  ['I19: repairs one at a time', [[HOUR, [due('a'), due('b'), ...others(8)]]], ['a']],
  ['I19: repairs none while more than a fifth is unhealthy', [[HOUR, [due('a'), due('b'), ...others(7)]]], []],
  ['I19: one of few may be repaired', [[HOUR, [due('a'), ...others(1)]]], ['a']],
  [
    'I19: those that nobody repairs count as unhealthy too',
    [[HOUR, [due('a'), patient('b', { node: broken }), ...others(3)]]],
    [],
  ],
])('%s', (_rule, course, repairs) => {
  expect(follow(course).repairs).toEqual(repairs)
})

test('says why a repair must wait', () => {
  const crowd = follow([[HOUR, [due('a'), due('b'), ...others(7)]]])
  expect(crowd.blocked.map(({ patient: { claim }, why }) => `${claim.name}: ${why}`)).toEqual([
    'a: 2 of 9 nodes are unhealthy at once',
    'b: 2 of 9 nodes are unhealthy at once',
  ])
  const queue = follow([[HOUR, [due('a'), due('b'), ...others(8)]]])
  expect(queue.blocked.map(({ why }) => why)).toEqual(['another node is repaired first'])
})
