import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ClusterAccess, KubeObject, WatchEvent } from '../cluster-access.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { aPod } from '../testing/objects.ts'
import { PODS } from './kinds.ts'
import type { Pod } from './pod.ts'
import { WatchedObjects } from './watched-objects.ts'

function at(resourceVersion: number, more: Partial<Pod['metadata']> = {}, nodeName?: string): Pod {
  const spec = nodeName === undefined ? {} : { nodeName }
  return aPod({ metadata: { name: 'a', uid: 'uid-a', resourceVersion: String(resourceVersion), ...more }, spec })
}

/** An API server whose watch says only what the test lets it say. */
function storeOf(existing: KubeObject[] = []) {
  let listener: (event: WatchEvent) => void = () => undefined
  let answer: KubeObject = at(1)
  const write = async () => answer
  const access: ClusterAccess = {
    get: async () => undefined,
    list: async () => existing,
    create: write,
    replace: write,
    mergePatch: write,
    delete: async () => undefined,
    watch: (...[, , listen]) => {
      listener = listen
    },
  }
  const clock = manualClock()
  const indexes = { node: ({ spec }: Pod) => [spec.nodeName] }
  const store = new WatchedObjects({ access, clock, signal: new AbortController().signal, kind: PODS, indexes })
  const seen: string[] = []
  store.onChange((now, before) => seen.push(`${before?.metadata.resourceVersion} -> ${now?.metadata.resourceVersion}`))
  const filled = store.start()
  return {
    store,
    seen,
    clock,
    filled,
    says: (type: WatchEvent['type'], object: KubeObject) => listener({ type, object }),
    answers: (object: KubeObject) => {
      answer = object
    },
  }
}

const KEY = 'default/a'

test('shows an answered write before the watch has told of it, and tells of it once', async () => {
  const { store, says, answers, seen } = storeOf()
  answers(at(5))
  await store.create(at(0))
  expect(store.get(KEY)?.metadata.resourceVersion).toBe('5')
  says('ADDED', at(5))
  expect(seen).toEqual(['undefined -> 5'])
})

test('never goes back to an older version', () => {
  const { store, says } = storeOf()
  says('ADDED', at(5))
  says('MODIFIED', at(4))
  expect(store.get(KEY)?.metadata.resourceVersion).toBe('5')
})

test('does not bring back what was deleted before the write was answered', async () => {
  const { store, says, answers } = storeOf()
  answers(at(5))
  const created = store.create(at(0))
  says('ADDED', at(5))
  says('DELETED', at(6))
  await created
  expect(store.get(KEY)).toBeUndefined()
})

test('keeps the successor when the end of its predecessor is told late', () => {
  const { store, says } = storeOf()
  says('ADDED', at(5))
  says('ADDED', at(7, { uid: 'uid-successor' }))
  says('DELETED', at(6))
  expect(store.get(KEY)?.metadata.uid).toBe('uid-successor')
})

test('finds objects by what they are now', () => {
  const { store, says } = storeOf()
  says('ADDED', at(1))
  expect(store.byIndex('node', 'n')).toEqual([])
  says('MODIFIED', at(2, {}, 'n'))
  expect(store.byIndex('node', 'n')).toHaveLength(1)
  says('DELETED', at(3, {}, 'n'))
  expect(store.byIndex('node', 'n')).toEqual([])
})

test('is full only when the watch has told of everything that existed', async () => {
  const { says, filled, clock } = storeOf([at(5)])
  let isFull = false
  void filled.then(() => {
    isFull = true
  })
  await turn()
  expect(isFull).toBe(false)
  says('ADDED', at(5))
  clock.advance(1000)
  await turn()
  expect(isFull).toBe(true)
})
