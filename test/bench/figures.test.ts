import { expect, test } from 'vitest'
import { bucketMs, counterSum, difference, percentile, perLife } from './figures.ts'

test('a percentile is a value that occurred', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, 0.5)).toBe(51)
  expect(percentile(values, 0.99)).toBe(100)
})

test('counters are summed over the lines whose labels are accepted', () => {
  const text =
    'kube_requests_total{verb="create",resource="leases",status="201"} 5\nkube_requests_total{verb="create",resource="pods",status="201"} 7\nother{verb="create"} 1'
  expect(counterSum(text, 'kube_requests_total', ({ resource }) => resource !== 'leases')).toBe(7)
})

test('a full bucket delays only the calls it does not hold', () => {
  const limit = { burst: 60, perSecond: 2 }
  expect(bucketMs(60, limit)).toBe(0)
  expect(bucketMs(190, limit)).toBe(65_000)
})

test('what a run cost is what was counted since its start, per life', () => {
  const cost = difference({ provisioner: 260, other: 10 }, { provisioner: 20 })
  expect(perLife(cost, 20)).toEqual({ provisioner: 12, other: 0.5 })
})
