import { expect, test } from 'vitest'
import { groupRetryAt, slotRetryAt } from './back-off.ts'

const NOW = Date.UTC(2030, 0, 1)
const waits = (retryAt: typeof slotRetryAt) =>
  [0, 1, 2, 4, 5, 20].map((n) => (Date.parse(retryAt(n, NOW)) - NOW) / 1000)

test('a slot waits ten seconds, doubled with each attempt, half an hour at most', () => {
  expect(waits(slotRetryAt)).toEqual([10, 20, 40, 160, 320, 1_800])
})

test('a group waits half an hour, doubled with each attempt, twelve hours at most', () => {
  expect(waits(groupRetryAt).map((seconds) => seconds / 3_600)).toEqual([0.5, 1, 2, 8, 12, 12])
})

test('a part of a second makes the wait longer, never shorter', () => {
  expect(slotRetryAt(0, NOW + 1)).toBe('2030-01-01T00:00:11Z')
})
