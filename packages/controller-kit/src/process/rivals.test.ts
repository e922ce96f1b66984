import { expect, test } from 'vitest'
import type { Deployment } from '../core-objects.ts'
import { DEPLOYMENTS, EVENTS } from '../core-resources.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import { createFakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createEventRecorder } from './event-recorder.ts'
import { createRivals } from './rivals.ts'

const theirs = (labels: Record<string, string> = {}, replicas?: number): Deployment => ({
  metadata: { name: 'w', namespace: 'theirs', labels: { name: 'widget', ...labels } },
  spec: { ...(replicas !== undefined && { replicas }), selector: {}, template: { spec: { containers: [] } } },
})

function aSearch(...deployments: Deployment[]) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  for (const deployment of deployments) cluster.put(DEPLOYMENTS, deployment)
  const { client } = cluster
  const log = createMemoryLog()
  const events = createEventRecorder({ client, component: 'kit', clock, random: () => 0.5, log })
  const remedy = ({ name, namespace }: { name: string; namespace: string }) => `end ${namespace}/${name}`
  const labelSelector = 'name=widget,part-of!=ours'
  const rivals = createRivals({ client, clock, log, rivals: { labelSelector, what: 'another', remedy, events } })
  let gone = false
  const stop = new AbortController()
  void rivals.untilGone(stop.signal).then(() => {
    gone = true
  })
  const warnings = () => log.lines.filter(({ level }) => level === 'warn')
  const told = () => cluster.list(EVENTS)
  return { clock, cluster, rivals, isGone: () => gone, warnings, told, stop: () => stop.abort() }
}

test.each<[what: string, deployments: Deployment[]]>([
  ['nothing', []],
  ['our own installation', [theirs({ 'part-of': 'ours' })]],
  ['one that is scaled to 0', [theirs({}, 0)]],
  ['something else', [theirs({ name: 'other' })]],
])('goes on after one look that finds %s', async (_what, deployments) => {
  const { clock, rivals, isGone, warnings, told } = aSearch(...deployments)
  expect(rivals.fault()).toBe('not looked for another yet')
  await clock.settle()
  expect(isGone()).toBe(true)
  expect(rivals.fault()).toBeUndefined()
  expect([...warnings(), ...told()]).toEqual([])
  expect(clock.pending()).toBe(0)
})

test('a rival is said once, in log and event, and waited for', async () => {
  const { clock, cluster, rivals, isGone, warnings, told } = aSearch(theirs({ 'part-of': 'kaito' }, 2))
  await clock.advance(120_000)
  expect(isGone()).toBe(false)
  expect(rivals.fault()).toBe('Deployment theirs/w runs: end theirs/w')
  expect(warnings()).toMatchObject([{ fields: { deployment: 'theirs/w', remedy: 'end theirs/w' } }])
  expect(told()).toMatchObject([
    {
      metadata: { namespace: 'theirs' },
      involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'w', namespace: 'theirs' },
      type: 'Warning',
      reason: 'AnotherController',
      message: 'Deployment theirs/w is another, ours waits for its end: end theirs/w',
      count: 1,
    },
  ])
  cluster.edit(DEPLOYMENTS, 'theirs/w', ({ spec }) => {
    if (spec) spec.replicas = 0
  })
  await clock.advance(10_000)
  expect(isGone()).toBe(true)
  expect(rivals.fault()).toBeUndefined()
})

test('without the right to look it goes on, and says so once', async () => {
  const { clock, cluster, isGone, warnings } = aSearch(theirs())
  cluster.failReads(new ApiError({ status: 403, reason: 'Forbidden', message: 'no' }))
  await clock.advance(60_000)
  expect(isGone()).toBe(true)
  expect(warnings()).toHaveLength(1)
})

test('while the server does not answer it neither goes on nor repeats itself', async () => {
  const { clock, cluster, isGone, warnings } = aSearch()
  cluster.failReads(new ApiUnreachable('away'))
  await clock.advance(60_000)
  expect(isGone()).toBe(false)
  expect(warnings()).toHaveLength(1)
  cluster.failReads(undefined)
  await clock.advance(3_000)
  expect(isGone()).toBe(true)
})

test('stops with the process', async () => {
  const { clock, stop } = aSearch(theirs())
  await clock.settle()
  stop()
  expect(clock.pending()).toBe(0)
})
