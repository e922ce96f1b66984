import { expect, test } from 'vitest'
import { aNodeRequest } from '../testing/node-request.ts'
import { sizesOfAttempt, sizesPerRound } from './size-choice.ts'

const request = aNodeRequest({ instanceTypes: ['a', 'b', 'c'] })

test('a backend that tries them in order gets all sizes with every claim', () => {
  const ordered = { orderedChoices: true }
  expect([0, 1].map((attempt) => sizesOfAttempt(request, ordered, attempt))).toEqual([
    request.instanceTypes,
    request.instanceTypes,
  ])
  expect(sizesPerRound(request, ordered)).toBe(1)
})

test('any other gets one, the next with the next attempt, and then from the beginning', () => {
  const unordered = { orderedChoices: false }
  const tried = [0, 1, 2, 3].map((attempt) => sizesOfAttempt(request, unordered, attempt))
  expect(tried).toEqual([['a'], ['b'], ['c'], ['a']])
  expect(sizesPerRound(request, unordered)).toBe(3)
})
