import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster-access.ts'
import { createObjectStore } from './object-store.ts'

const PODS = { group: '', plural: 'pods' }

function pod(name: string, fields: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, ...fields }
}

test('gives every write of any kind a higher revision', () => {
  const store = createObjectStore({ historyLimit: 10 })
  const first = store.put(PODS, pod('a')).revision
  const second = store.put({ group: 'apps', plural: 'deployments' }, pod('a')).revision
  const third = store.remove(PODS, pod('a')).revision
  expect([first < second, second < third, store.revision()]).toEqual([true, true, third])
})

test('shows an old list as it was', () => {
  const store = createObjectStore({ historyLimit: 10 })
  store.put(PODS, pod('a'))
  const { revision } = store.put(PODS, pod('b', { spec: { step: 1 } }))
  store.put(PODS, pod('b', { spec: { step: 2 } }))
  store.remove(PODS, pod('a'))
  store.put(PODS, pod('c'))
  const then = store.collection(PODS).listAt(revision)
  expect(then?.map(({ object }) => [object.metadata.name, object.spec])).toEqual([
    ['a', undefined],
    ['b', { step: 1 }],
  ])
})

test('refuses to speak of history it has forgotten', () => {
  const store = createObjectStore({ historyLimit: 2 })
  const { revision } = store.put(PODS, pod('a'))
  for (const step of [1, 2, 3, 4]) store.put(PODS, pod('a', { spec: { step } }))
  const pods = store.collection(PODS)
  expect([pods.eventsAfter(revision), pods.listAt(revision)]).toEqual([undefined, undefined])
  expect(pods.eventsAfter(pods.oldestRevision())?.length).toBeGreaterThanOrEqual(2)
})

test('hands out objects that nobody can change', () => {
  const { object } = createObjectStore({ historyLimit: 2 }).put(PODS, pod('a', { spec: { list: [1] } }))
  expect(() => Object.assign(object.metadata, { name: 'b' })).toThrow(TypeError)
  expect(() => (object.spec as { list: number[] }).list.push(2)).toThrow(TypeError)
})

test('escapes the separators that some clients take for line ends', () => {
  const stored = createObjectStore({ historyLimit: 2 }).put(PODS, pod('a', { note: 'one\u2028two\u2029' }))
  expect(stored.tail()).toContain('one\\u2028two\\u2029')
})
