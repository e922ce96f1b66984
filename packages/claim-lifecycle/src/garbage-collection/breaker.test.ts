import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import { CONFIG_MAPS } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { US } from '../testing/adapters.ts'
import { createBreaker } from './breaker.ts'
import type { Candidate } from './plan.ts'

const REPORT = 'system/gpu-provisioner-deletions'
const { signal } = new AbortController()
const orphans = (...names: string[]): Candidate[] =>
  names.map((name) => ({ kind: 'orphan', name, claimUid: `uid-of-${name}`, claimKind: undefined }))

function aBreaker() {
  const cluster = createFakeCluster({ clock: createManualClock() })
  const told: string[] = []
  const create = () =>
    createBreaker({
      client: cluster.client,
      namespace: 'system',
      provisioner: US,
      tell: (_object, { message }) => void told.push(message),
    })
  const approve = (count: string) =>
    cluster.edit(CONFIG_MAPS, REPORT, ({ metadata }) => {
      metadata.annotations = { [APPROVED_DELETIONS_ANNOTATION]: count }
    })
  return { cluster, told, create, approve, report: () => cluster.get(CONFIG_MAPS, REPORT) }
}

test('lets through what is not more than the limit, and writes nothing', async () => {
  const { cluster, create } = aBreaker()
  const breaker = create()
  expect(await breaker.allows(orphans('a', 'b'), 2, signal)).toBe(true)
  expect(breaker.isOpen()).toBe(false)
  expect(cluster.writes).toEqual([])
})

test('closes for one pass when the reported number is approved', async () => {
  const { create, approve, report } = aBreaker()
  const breaker = create()
  expect(await breaker.allows(orphans('a', 'b'), 1, signal)).toBe(false)
  approve('2')
  expect(await breaker.allows(orphans('b', 'a'), 1, signal)).toBe(true)
  expect(report()).toBeUndefined()
  expect(await breaker.allows(orphans('c', 'd'), 1, signal)).toBe(false)
  expect(breaker.isOpen()).toBe(true)
})

test('takes no approval for others than were reported, and asks again', async () => {
  const { create, approve, report, told } = aBreaker()
  const breaker = create()
  await breaker.allows(orphans('a', 'b'), 1, signal)
  approve('2')
  expect(await breaker.allows(orphans('a', 'c'), 1, signal)).toBe(false)
  expect(report()?.metadata.annotations?.[APPROVED_DELETIONS_ANNOTATION]).toBeUndefined()
  expect(report()?.data?.candidates).toBe('orphan a\norphan c')
  expect(await breaker.allows(orphans('a', 'c'), 1, signal)).toBe(false)
  expect(told).toHaveLength(2)
})

test('a new process keeps what is reported and approved, and says it no second time', async () => {
  const { create, approve, told } = aBreaker()
  await create().allows(orphans('a', 'b'), 1, signal)
  const next = create()
  expect(await next.allows(orphans('a', 'b'), 1, signal)).toBe(false)
  expect(told).toHaveLength(1)
  approve('2')
  expect(await create().allows(orphans('a', 'b'), 1, signal)).toBe(true)
})

test('a new process takes back a report whose cause is gone', async () => {
  const { create, report } = aBreaker()
  await create().allows(orphans('a', 'b'), 1, signal)
  expect(await create().allows([], 1, signal)).toBe(true)
  expect(report()).toBeUndefined()
})
