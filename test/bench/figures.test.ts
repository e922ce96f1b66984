import { expect, test } from 'vitest'
import { counterSum, percentile } from './figures.ts'

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
