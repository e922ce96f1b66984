import { expect, test } from 'vitest'
import type { PodDisruptionBudget } from '../../objects/workloads.ts'
import { aPod, READY } from '../../testing/objects.ts'
import { reportBudget } from './report.ts'

const now = '2026-01-01T00:00:00Z'

function allowed(spec: PodDisruptionBudget['spec'], healthy: number, wanted: number, disruptedPods?: object): number {
  const budget: PodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec,
    ...(disruptedPods ? { status: { disruptedPods } } : {}),
  }
  const pods = Array.from({ length: wanted }, (_none, n) =>
    aPod({ metadata: { name: `p${n}` }, ...(n < healthy ? { status: READY } : {}) }),
  )
  return Reflect.get(reportBudget({ budget, pods, wanted, nowMs: Date.parse(now), now }), 'disruptionsAllowed')
}

test.each<[rule: string, result: number, expected: number]>([
  ['allows what is above the minimum', allowed({ minAvailable: 2 }, 3, 3), 1],
  ['allows nothing at the minimum', allowed({ minAvailable: 3 }, 3, 3), 0],
  ['rounds a minimum in percent up', allowed({ minAvailable: '50%' }, 3, 3), 1],
  ['allows as many as may be missing', allowed({ maxUnavailable: 1 }, 3, 3), 1],
  ['counts what is missing already', allowed({ maxUnavailable: 1 }, 2, 3), 0],
  ['rounds a maximum in percent up', allowed({ maxUnavailable: '30%' }, 3, 3), 1],
  ['counts an eviction whose pod has not left yet', allowed({ maxUnavailable: 1 }, 3, 3, { p0: now }), 0],
  ['forgets an eviction that never happened', allowed({ maxUnavailable: 1 }, 3, 3, { p0: '2025-12-31T23:00:00Z' }), 1],
  ['allows nothing without pods', allowed({ maxUnavailable: 1 }, 0, 0), 0],
])('%s', (_rule, result, expected) => expect(result).toBe(expected))
