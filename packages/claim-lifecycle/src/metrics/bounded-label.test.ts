import { expect, test } from 'vitest'
import { createBoundedLabel } from './bounded-label.ts'

test('the first values stand for themselves, for good, and all later ones together', () => {
  const label = createBoundedLabel(2)
  expect(['a', 'b', 'c', 'a', 'd'].map(label)).toEqual(['a', 'b', 'other', 'a', 'other'])
})

test.each([['', 'x'.repeat(64)]])('%j is no name and takes no place', (...values) => {
  const label = createBoundedLabel(1)
  expect([...values, 'a'].map(label)).toEqual(['other', 'other', 'a'])
})
