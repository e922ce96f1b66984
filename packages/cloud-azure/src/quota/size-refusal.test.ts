import { describe, expect, test } from 'vitest'
import { aVmSize, sizesOf } from '../testing/compute-facts.ts'
import { sizeRefusal } from './size-refusal.ts'

const A100 = aVmSize({ zones: ['3', '1'] })
const H100 = aVmSize({ name: 'Standard_NC40ads_H100_v5', zones: [] })
const ask = (wanted: Partial<Parameters<typeof sizeRefusal>[0]>, ...sizes: (typeof A100)[]) =>
  sizeRefusal({ instanceType: A100.name, zone: undefined, isSpot: false, ...wanted }, sizesOf(...sizes), 'eastus')

describe('whether a size is offered', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ['offered', ask({}, A100), undefined],
    ['offered, in other letters', ask({ instanceType: 'standard_nc24ADS_a100_v4' }, A100), undefined],
    ['offered in its zone', ask({ zone: '1' }, A100), undefined],
    [
      'not for this subscription',
      ask({}, { ...A100, isRestricted: true }),
      'Standard_NC24ads_A100_v4 is not offered to this subscription in eastus',
    ],
    [
      'not for this subscription in the zone',
      ask({ zone: '1' }, { ...A100, restrictedZones: ['1'] }),
      'Standard_NC24ads_A100_v4 is not offered to this subscription in zone 1 of eastus',
    ],
    ['restricted in a zone that nobody asks for', ask({}, { ...A100, restrictedZones: ['1'] }), undefined],
    [
      'in other zones only',
      ask({ zone: '2' }, A100),
      'Standard_NC24ads_A100_v4 is only in zones 1, 3, not in zone 2, of eastus',
    ],
    [
      'without zones',
      ask({ instanceType: H100.name, zone: '2' }, H100),
      'Standard_NC40ads_H100_v5 is not in any zone of eastus',
    ],
    [
      'not as spot',
      ask({ isSpot: true }, { ...A100, isSpotCapable: false }),
      'Standard_NC24ads_A100_v4 is not sold as a spot machine',
    ],
    [
      'mistyped',
      ask({ instanceType: 'Standard_NC24ads_A10_v4' }, H100, A100),
      'there is no size Standard_NC24ads_A10_v4 in eastus; did you mean Standard_NC24ads_A100_v4?',
    ],
    [
      'mistyped, and the nearest is not offered',
      ask({ instanceType: 'Standard_NC24ads_A10_v4' }, { ...A100, isRestricted: true }),
      'there is no size Standard_NC24ads_A10_v4 in eastus',
    ],
    ['like nothing', ask({ instanceType: 'gpu' }, A100), 'there is no size gpu in eastus'],
    ['retired, which only a try can tell', ask({ instanceType: 'Standard_NC6s_v3' }, A100), undefined],
    [
      'retired so long ago that it is gone',
      ask({ instanceType: 'Standard_NC6s_v2' }, A100),
      'there is no size Standard_NC6s_v2 in eastus',
    ],
  ])('%s', (_case, told, expected) => {
    expect(told).toBe(expected)
  })
})
