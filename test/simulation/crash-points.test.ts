import { describe, expect, test } from 'vitest'
import { CLAIM_KINDS } from './claim-kind.ts'
import { crashFaults, crashPointName, crashPoints, playWorkload, WORKLOADS } from './crash-points.ts'

describe.each(Object.entries(CLAIM_KINDS))('wherever the process dies, a %s ends as without a crash', (_kind, kind) => {
  test.each(WORKLOADS.map((workload) => [workload.name, workload] as const))('%s', async (_name, workload) => {
    const reference = await playWorkload(kind, workload)
    expect(reference.violations).toEqual([])
    const points = crashPoints(reference)
    expect(points.length).toBeGreaterThanOrEqual(15)
    const found: Record<string, string[]> = {}
    for (const point of points) {
      const wrong = crashFaults(await playWorkload(kind, workload, point), reference)
      if (wrong.length > 0) found[crashPointName(point, reference)] = wrong
    }
    expect(found).toEqual({})
  })
})
