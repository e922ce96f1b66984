import { expect, test } from 'vitest'
import { bucketMs, countsByName, difference, percentile, perLife, sum } from './figures.ts'
import { amountsByName } from './report.ts'

test('a percentile is a value that occurred', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, 0.5)).toBe(51)
  expect(percentile(values, 0.99)).toBe(100)
})

test('counters are summed by the names that are made of their labels', () => {
  const text = [
    'kube_requests_total{verb="create",resource="leases",status="201"} 5',
    'kube_requests_total{verb="create",resource="pods",status="201"} 7',
    'kube_requests_total{verb="create",resource="pods",status="202"} 2',
    'kube_requests_total{verb="patch",resource="pods",status="200"} 1',
    'other{verb="create"} 1',
  ].join('\n')
  const counts = countsByName(text, 'kube_requests_total', ({ verb, resource }) =>
    resource === 'leases' ? undefined : `${verb} ${resource}`,
  )
  expect(counts).toEqual({ 'create pods': 9, 'patch pods': 1 })
  expect(sum(counts)).toBe(10)
})

test('a full bucket delays only the calls it does not hold', () => {
  const limit = { burst: 60, perSecond: 2 }
  expect(bucketMs(60, limit)).toBe(0)
  expect(bucketMs(190, limit)).toBe(65_000)
})

test('what was written is listed by name, without what was not', () => {
  expect(amountsByName({ 'create machines': 1, 'patch nodes': 0, 'patch workspaces': 5 / 3 })).toBe(
    'create machines 1.00, patch workspaces 1.67',
  )
  expect(amountsByName({ 'patch nodes': 0 })).toBe('none')
})

test('what a run cost is what was counted since its start, per life', () => {
  const cost = difference({ provisioner: 260, other: 10 }, { provisioner: 20 })
  expect(perLife(cost, 20)).toEqual({ provisioner: 12, other: 0.5 })
})
