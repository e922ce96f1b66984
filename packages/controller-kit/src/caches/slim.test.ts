import { expect, test } from 'vitest'
import { slim } from './slim.ts'

test('managed fields and the images of a Node are left out, nothing else, and the original stays whole', () => {
  const node = {
    metadata: { name: 'n', managedFields: [{ manager: 'kubelet' }], labels: { a: 'b' } },
    status: { images: [{ names: ['x'] }], allocatable: { cpu: '1' } },
  }
  const before = structuredClone(node)
  expect(slim(node)).toEqual({
    metadata: { name: 'n', labels: { a: 'b' } },
    status: { allocatable: { cpu: '1' } },
  })
  expect(node).toEqual(before)
})

test('an object that carries neither is the same one', () => {
  const pod = { metadata: { name: 'p' }, status: { phase: 'Running' } }
  expect(slim(pod)).toBe(pod)
})
