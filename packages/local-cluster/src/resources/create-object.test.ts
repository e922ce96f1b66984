import { expect, test } from 'vitest'
import { servedKinds } from '../served-kinds.ts'
import { createApiContext } from '../server/api-context.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { createObject } from './create-object.ts'

/** Creates a ConfigMap with a generated name; the suffixes come one after the other. */
function namesFrom(suffixes: string[]) {
  const clock = manualClock()
  const { engine } = createApiContext({
    kinds: servedKinds(clock),
    clock,
    token: 'token',
    historyLimit: 10,
    goneWatch: 'event',
    newUid: () => 'uid',
    nameSuffix: () => suffixes.shift() ?? 'aaaaa',
  })
  const kind = engine.registry.find('', 'v1', 'configmaps')
  if (kind === undefined) throw new Error('ConfigMaps are not served')
  return (generateName: string) => {
    const request = { user: { username: 'test', groups: [] }, dryRun: false, fieldValidation: 'Strict' as const }
    const target = { kind, namespace: 'default', name: '' }
    return createObject(engine, target, { ...request, body: { metadata: { generateName } } }).object.metadata.name
  }
}

test('draws another name when a generated one is taken', () => {
  const created = namesFrom(['aaaaa', 'aaaaa', 'bbbbb'])
  expect([created('map-'), created('map-')]).toEqual(['map-aaaaa', 'map-bbbbb'])
})

test('gives up when every drawn name is taken', () => {
  const created = namesFrom([])
  created('map-')
  expect(() => created('map-')).toThrow('configmaps "map-aaaaa" already exists')
})

test('cuts a base that leaves no room for the suffix', () => {
  expect(namesFrom([])('a'.repeat(80))).toBe(`${'a'.repeat(58)}aaaaa`)
})
