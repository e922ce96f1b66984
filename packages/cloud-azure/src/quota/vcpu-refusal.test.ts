import { describe, expect, test } from 'vitest'
import { aVmSize, usagesOf } from '../testing/compute-facts.ts'
import { vCpuRefusal } from './vcpu-refusal.ts'

const FAMILY = 'StandardNCADSA100v4Family'
const size = aVmSize()
type Quotas = Parameters<typeof usagesOf>[0]

describe('whether vCPUs are within the quota', () => {
  test.each<[string, Quotas, { isSpot?: boolean; underWay?: number }, object | undefined]>([
    ['fits exactly', { [FAMILY]: [24, 48], cores: [76, 100] }, {}, undefined],
    [
      'nothing granted',
      { [FAMILY]: [0, 0] },
      {},
      { quota: FAMILY, message: `needs 24 vCPUs of ${FAMILY}, limit 0, used 0`, isHopeless: true },
    ],
    [
      'family used up',
      { [FAMILY]: [30, 48], cores: [0, 100] },
      {},
      { message: `needs 24 vCPUs of ${FAMILY}, limit 48, used 30`, isHopeless: false },
    ],
    [
      'region used up',
      { [FAMILY]: [0, 48], cores: [90, 100] },
      {},
      { message: 'needs 24 vCPUs of total regional vCPUs (cores), limit 100, used 90', isHopeless: false },
    ],
    [
      'used up by launches under way',
      { [FAMILY]: [24, 60] },
      { underWay: 24 },
      { message: `needs 24 vCPUs of ${FAMILY}, limit 60, used 24, under way 24` },
    ],
    [
      'spot, which has a quota of its own',
      { [FAMILY]: [0, 0], cores: [0, 0], lowPriorityCores: [0, 23] },
      { isSpot: true },
      { message: 'needs 24 vCPUs of spot vCPUs (lowPriorityCores), limit 23, used 0', isHopeless: true },
    ],
    ['spot, not the family', { [FAMILY]: [0, 0], lowPriorityCores: [0, 24] }, { isSpot: true }, undefined],
    ['a quota that Azure does not list', {}, {}, undefined],
  ])('%s', (_case, quotas, { isSpot = false, underWay = 0 }, expected) => {
    const refusal = vCpuRefusal({ size, isSpot }, usagesOf(quotas), () => underWay)
    if (expected) expect(refusal).toMatchObject(expected)
    else expect(refusal).toBeUndefined()
  })
})
