import { MACHINE_CONDITIONS, type Machine, type MachineStatus } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { Lack } from '../slots/node-lack.ts'
import { claimLack, SETTLE_MS } from './claim-lack.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const LONG_AGO = '2026-01-01T00:00:00Z'
const SIGHT = { word: 'machine', conditions: MACHINE_CONDITIONS, gpusPerNode: 2, backend: 'gpu-provisioner', now: NOW }
const JUST_NOW = '2026-01-01T00:59:50Z'

type MachineCondition = NonNullable<MachineStatus['conditions']>[number]

function failing(type: string, reason: string, parts: Partial<MachineCondition> = {}): Machine {
  const order = ['MachineLaunched', 'MachineRegistered', 'MachineInitialized', 'Ready']
  const conditions = order.map(
    (one, index): MachineCondition =>
      index < order.indexOf(type)
        ? { type: one, status: 'True', lastTransitionTime: LONG_AGO }
        : { type: one, status: 'False', reason, message: 'why', lastTransitionTime: LONG_AGO, ...parts },
  )
  return aMachine({ status: { nodeName: 'n', conditions } })
}

const complete = (parts: Partial<MachineCondition> = {}) =>
  aMachine({
    status: {
      nodeName: 'n',
      conditions: ['MachineLaunched', 'MachineRegistered', 'MachineInitialized', 'Ready'].map((type) => {
        return { type, status: 'True', lastTransitionTime: LONG_AGO, ...parts }
      }),
    },
  })

function aNode(status: Node['status'] = {}, deletionTimestamp?: string): Node {
  return {
    metadata: { name: 'n', ...(deletionTimestamp ? { deletionTimestamp } : {}) },
    status: {
      allocatable: { 'nvidia.com/gpu': '2' },
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  }
}

test.each<[rule: string, claim: Machine, node: Node | undefined, lack: Partial<Lack>]>([
  [
    'a claim that nobody took up for long says so, since somebody must act',
    aMachine({ metadata: { creationTimestamp: LONG_AGO } }),
    undefined,
    { phase: 'Blocked', reason: 'NoProvisioner', message: expect.stringContaining('gpu-provisioner') },
  ],
  [
    'a new claim is on its way, and is looked at again when it should have been taken up',
    aMachine({ metadata: { creationTimestamp: JUST_NOW } }),
    undefined,
    { phase: 'Creating', reason: 'PoolCreating', revisitAfterMs: SETTLE_MS - 10_000 },
  ],
  [
    'a launch is on its way for as long as it may take',
    failing('MachineLaunched', 'PoolCreating', { lastTransitionTime: '2026-01-01T00:10:00Z' }),
    undefined,
    { phase: 'Creating', reason: 'PoolCreating', revisitAfterMs: 10 * 60_000 },
  ],
  [
    'a launch that nobody has touched for longer says so',
    failing('MachineLaunched', 'PoolCreating'),
    undefined,
    { phase: 'Blocked', reason: 'NoProvisioner', message: expect.stringContaining('gpu-provisioner') },
  ],
  [
    'a reason that passes by itself is not told while it is young',
    failing('MachineInitialized', 'GPUNotRegistered', { lastTransitionTime: JUST_NOW }),
    aNode(),
    { phase: 'Creating', reason: 'PoolCreating', revisitAfterMs: SETTLE_MS - 10_000 },
  ],
  [
    'a reason that should have passed comes up unchanged, with the words of the claim',
    failing('MachineInitialized', 'GPUNotRegistered'),
    aNode(),
    { phase: 'Creating', reason: 'GPUNotRegistered', message: 'ws0123456ab: why' },
  ],
  [
    'a refusal that somebody must act on blocks, and is told at once',
    failing('MachineLaunched', 'QuotaExceeded', { lastTransitionTime: JUST_NOW }),
    undefined,
    { phase: 'Blocked', reason: 'QuotaExceeded' },
  ],
  [
    'a class that is not there blocks until somebody makes it',
    failing('MachineLaunched', 'ClassNotFound', { lastTransitionTime: JUST_NOW }),
    undefined,
    { phase: 'Blocked', reason: 'ClassNotFound' },
  ],
  [
    'a refusal that is retried waits, and is told at once',
    failing('MachineLaunched', 'NoCapacity', { lastTransitionTime: JUST_NOW }),
    undefined,
    { phase: 'Retrying', reason: 'NoCapacity' },
  ],
  [
    'the words of Karpenter core mean the same',
    failing('MachineRegistered', 'NodeNotFound'),
    undefined,
    { phase: 'Creating', reason: 'NodeNotRegistered' },
  ],
  [
    'a taint that a new node carries until it is up is a node not ready',
    failing('MachineInitialized', 'KnownEphemeralTaintsExist'),
    undefined,
    { phase: 'Creating', reason: 'NodeNotReady' },
  ],
  [
    'a startup taint that somebody still has to take off is a node not ready',
    failing('MachineInitialized', 'StartupTaintsExist'),
    undefined,
    { phase: 'Creating', reason: 'NodeNotReady' },
  ],
  [
    'a reason outside the list is Unknown and keeps its words',
    failing('MachineLaunched', 'LaunchFailed', { message: 'out of cheese' }),
    undefined,
    { phase: 'Retrying', reason: 'Unknown', message: 'ws0123456ab: out of cheese' },
  ],
  [
    'a node that was complete and is not ready now is told at once',
    failing('Ready', 'NodeNotReady', { lastTransitionTime: JUST_NOW }),
    aNode(),
    { phase: 'NotReady', reason: 'NodeNotReady' },
  ],
  ['a ready claim without its node waits', complete(), undefined, { phase: 'NotReady', reason: 'NodeNotRegistered' }],
  [
    'a ready claim whose node is being deleted waits',
    complete(),
    aNode({}, LONG_AGO),
    { phase: 'NotReady', reason: 'NodeNotRegistered' },
  ],
  [
    'a ready claim whose node is not ready waits',
    complete(),
    aNode({ conditions: [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }] }),
    { phase: 'NotReady', reason: 'NodeNotReady', message: expect.stringContaining('Kubelet stopped') },
  ],
  [
    'a ready claim whose node shows too few GPUs waits, and says what to check',
    complete(),
    aNode({ allocatable: { 'nvidia.com/gpu': '1' } }),
    { phase: 'NotReady', reason: 'GPUNotRegistered', message: expect.stringContaining('device plugin') },
  ],
  [
    'a node that lags behind a claim that just became ready is on its way',
    complete({ lastTransitionTime: '2026-01-01T00:59:58Z' }),
    aNode({ allocatable: {} }),
    { phase: 'Creating', reason: 'PoolCreating', revisitAfterMs: 3_000 },
  ],
  [
    'a node that was lost soon after its claim was complete is told',
    complete({ lastTransitionTime: JUST_NOW }),
    aNode({ conditions: [{ type: 'Ready', status: 'Unknown' }] }),
    { phase: 'NotReady', reason: 'NodeNotReady' },
  ],
])('%s', (...[, claim, node, lack]) => {
  expect(claimLack({ ...SIGHT, claim, node })).toMatchObject(lack)
})

test('nothing lacks when claim, node and GPUs are there', () => {
  expect(claimLack({ ...SIGHT, claim: complete(), node: aNode() })).toBeUndefined()
})
