import { expect, test } from 'vitest'
import { type Draft, PreparerBench } from '../testing/preparer-bench.ts'

const bench = new PreparerBench()
const labels = { 'bad key!': 'x' }
const selector = { matchLabels: { a: 'b' } }
const budget = (minAvailable: number): Draft => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', labels },
  spec: { minAvailable, selector },
})

test('the labels of a new budget are looked at when nothing else is wrong with it', () => {
  expect(bench.faults(budget(-1))).toEqual(['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'])
  expect(bench.faults(budget(1))).toEqual([expect.stringContaining('metadata.labels: Invalid value: "bad key!"')])
})

test('the name of a StatefulSet is that of a host', () => {
  const template = { metadata: { labels: selector.matchLabels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const set: Draft = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'a.b' },
    spec: { selector, template },
  }
  expect(bench.faults(set)).toEqual(['metadata.name: Invalid value: "a.b": must not contain dots'])
})

test('a Secret for basic authentication has a name or a password', () => {
  const secret = (data: object): Draft => ({ kind: 'Secret', type: 'kubernetes.io/basic-auth', data })
  expect(bench.faults(secret({}))).toEqual(['data[username]: Required value', 'data[password]: Required value'])
  expect(bench.send(secret({ username: '' })).warnings).toEqual([])
  expect(bench.send(secret({ password: 'MQ==' })).warnings).toEqual([])
})

const job = (image: string, podLabels: object = {}): Draft => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  spec: {
    suspend: true,
    manualSelector: true,
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b', ...podLabels } },
      spec: { containers: [{ name: 'c', image }], restartPolicy: 'Never' },
    },
  },
})
const stored = (draft: Draft, status: object): Draft => ({ ...bench.send(draft).object, status })

test('the template of a suspended job is fixed in part while it has no pods, and all of it while it has some', () => {
  const other = [expect.stringMatching(/^spec\.template\.spec: Invalid value: .*: field is immutable$/)]
  const fixed = [expect.stringMatching(/^spec\.template: Invalid value: .*: field is immutable$/)]
  const waiting = stored(job('one'), {})
  const running = stored(job('one'), { active: 1 })
  expect(bench.faults(job('other'), { old: waiting })).toEqual(other)
  expect(bench.send(job('one', { c: 'd' }), { old: waiting }).warnings).toEqual([])
  expect(bench.faults(job('one', { c: 'd' }), { old: running })).toEqual(fixed)
})
