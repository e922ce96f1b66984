import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import type { ClaimReport } from './claim-adapter.ts'

const NOW = '2026-01-01T01:00:00Z'
const notLaunched = { met: false, reason: 'NotLaunched', message: 'Node not launched' } as const
const met = { met: true } as const

interface Status {
  conditions: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[]
  nodeName?: string
  providerID?: string
}

function statusAfter(report: ClaimReport, earlier: Parameters<typeof aMachine>[0] = {}): Status {
  const status = machineAdapter.status(aMachine(earlier), report, NOW)
  if (!('conditions' in status)) throw new Error('no conditions')
  return JSON.parse(JSON.stringify(status))
}

const condition = (status: Status, type: string) => status.conditions.find((one) => one.type === type)

test('writes conditions sorted by type, and none has a severity (M44)', () => {
  const { conditions } = statusAfter({ launched: notLaunched, registered: notLaunched, initialized: notLaunched })
  expect(conditions.map(({ type }) => type)).toEqual([
    'MachineInitialized',
    'MachineLaunched',
    'MachineRegistered',
    'Ready',
  ])
  expect(conditions.flatMap(Object.keys)).not.toContain('severity')
})

test('a launched machine carries no reason, and a ready one neither (M5, M25)', () => {
  const status = statusAfter({ launched: met, registered: met, initialized: met })
  expect(condition(status, 'MachineLaunched')).toEqual({
    type: 'MachineLaunched',
    status: 'True',
    lastTransitionTime: NOW,
  })
  expect(condition(status, 'Ready')).toEqual({ type: 'Ready', status: 'True', lastTransitionTime: NOW })
})

test('Ready carries the reason of the first step that is not met', () => {
  const launched = { met: false, reason: 'QuotaExceeded', message: 'no quota' } as const
  const status = statusAfter({ launched, registered: notLaunched, initialized: notLaunched })
  expect(condition(status, 'Ready')).toMatchObject({ status: 'False', reason: 'QuotaExceeded', message: 'no quota' })
})

test('cuts long messages (M8)', () => {
  const status = statusAfter({ launched: { met: false, reason: 'Unknown', message: 'x'.repeat(2000) } })
  expect(condition(status, 'MachineLaunched')?.message).toBe(`${'x'.repeat(800)}...`)
})

test('moves the time of a condition with its reason or message, and only then', () => {
  const registered = { type: 'MachineRegistered', status: 'False', reason: 'NotLaunched', message: 'Node not launched' }
  const earlier = { status: { conditions: [{ ...registered, lastTransitionTime: '2026-01-01T00:00:00Z' }] } }
  const same = statusAfter({ registered: notLaunched }, earlier)
  expect(condition(same, 'MachineRegistered')?.lastTransitionTime).toBe('2026-01-01T00:00:00Z')
  const notFound = { met: false, reason: 'NodeNotFound', message: 'Node not registered with cluster' } as const
  const moved = statusAfter({ registered: notFound }, earlier)
  expect(condition(moved, 'MachineRegistered')?.lastTransitionTime).toBe(NOW)
})

test('keeps conditions of others', () => {
  const drifted = { type: 'MachineDrifted', status: 'True', severity: 'Warning', lastTransitionTime: NOW }
  const status = statusAfter({ launched: met }, { status: { conditions: [drifted] } })
  expect(condition(status, 'MachineDrifted')).toEqual(drifted)
})

test('forgets the node of a launch that failed', () => {
  const earlier = { status: { nodeName: 'n', providerID: 'p', capacity: { cpu: '1' }, allocatable: { cpu: '1' } } }
  expect(Object.keys(statusAfter({ launched: notLaunched, node: 'none' }, earlier))).toEqual(['conditions'])
})

test('says why a deletion takes long where people look first', () => {
  const status = statusAfter({ trouble: { reason: 'DrainBlocked', message: 'a pod stays' } })
  expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'DrainBlocked' }])
})

test('reads a claim that says nothing', () => {
  const claim = machineAdapter.read(aMachine({ spec: {} }))
  expect(claim).toMatchObject({ held: false, fixedLabels: {}, requests: {}, providerID: undefined })
})
