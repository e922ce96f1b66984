import { expect, test } from 'vitest'
import { turnOf } from './turn.ts'

const claim = (name: string, second: number) => ({
  metadata: { name, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
})

test('lets the oldest come first, each in a part of its own', () => {
  const [a, b, c] = [claim('a', 3), claim('b', 1), claim('c', 2)] as const
  const turns = [a, b, c].map((one) => turnOf(one, [a, b, c], () => 0.5))
  expect(turns).toEqual([2.5 / 3, 0.5 / 3, 1.5 / 3])
})

test('tells apart claims of the same second', () => {
  const [a, b] = [claim('a', 1), claim('b', 1)] as const
  expect(turnOf(a, [b, a], () => 0.99)).toBeLessThan(turnOf(b, [b, a], () => 0))
})

test('makes nobody wait who is alone', () => {
  expect(turnOf(claim('a', 1), [claim('a', 1)], () => 0.9)).toBe(0)
})

test('spreads a hundred claims so that no two come back together', () => {
  const all = Array.from({ length: 100 }, (_, index) => claim(`c${index}`, index % 10))
  expect(new Set(all.map((one) => Math.round(turnOf(one, all, () => 0.5) * 10_000))).size).toBe(100)
})
