import type { AgentPoolClass } from '@kaito/api'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { AGENT_POOL_CLASSES, createClassSource } from './class-source.ts'

function sourceOf(spec?: object, cacheParts: { synced?: () => boolean } = {}, isInstalled = true) {
  const cluster = createFakeCluster({ clock: createManualClock() })
  const stored = { apiVersion: 'kaito.sh/v1alpha1', kind: 'AgentPoolClass', metadata: { name: 'fast' }, spec }
  if (spec) cluster.put<AgentPoolClass>(AGENT_POOL_CLASSES, JSON.parse(JSON.stringify(stored)))
  const cache = { ...cluster.cacheOf(AGENT_POOL_CLASSES), ...cacheParts }
  return { cluster, source: createClassSource(cache, () => isInstalled) }
}

test('finds a class by name', () => {
  const { source } = sourceOf({ priority: 'Spot', zones: ['1'] })
  expect(source.find('fast')).toMatchObject({ found: true, spec: { priority: 'Spot', zones: ['1'] } })
  expect(source.find('fast')).not.toHaveProperty('fault')
})

test.each<[why: string, isSynced: boolean, isInstalled: boolean]>([
  ['missing', true, true],
  ['unknown', false, true],
  ['notInstalled', false, false],
])('says that a class it does not find is %s', (why, isSynced, isInstalled) => {
  const { source } = sourceOf(undefined, { synced: () => isSynced }, isInstalled)
  expect(source.find('fast')).toEqual({ found: false, name: 'fast', why })
})

test.each<[what: string, spec: object, fault: RegExp]>([
  ['a zone', { zones: ['north'] }, /AgentPoolClass fast cannot be read: spec\.zones\.0/],
  ['a priority', { priority: 'Cheap' }, /spec\.priority/],
  ['a deadline', { deadlines: { launch: 'soon' } }, /spec\.deadlines\.launch/],
])('tells what of a class cannot be read that an older definition let in: %s', (_what, spec, fault) => {
  expect(sourceOf(spec).source.find('fast')).toEqual({ found: true, spec: {}, fault: expect.stringMatching(fault) })
})

test('tells of each class that appears, changes or goes', () => {
  const { cluster, source } = sourceOf({})
  const names: string[] = []
  source.onChange((name) => names.push(name))
  cluster.edit(AGENT_POOL_CLASSES, 'fast', (stored) => {
    stored.spec = { priority: 'Spot' }
  })
  expect(source.find('fast')).toMatchObject({ spec: { priority: 'Spot' } })
  cluster.vanish(AGENT_POOL_CLASSES, 'fast')
  expect(names).toEqual(['fast', 'fast', 'fast'])
})
