import { expect, test } from 'vitest'
import { backoffMs, isAhead, rememberMs, spreadMs } from './backoff.ts'

const BACKOFF = { baseMs: 30_000, capMs: 1_800_000 }
const HOUR = 3_600_000

test.each([
  [1, 30_000],
  [2, 60_000],
  [6, 960_000],
  [7, 1_800_000],
  [1_000_000, 1_800_000],
])('waits after try %i for %i ms', (times, ms) => {
  expect(backoffMs(times, BACKOFF)).toBe(ms)
})

test.each<[rule: string, retryAfterMs: number | undefined, ms: number]>([
  ['as long as the cloud says', 600_000, 600_000],
  ['as long as the claim waits where the cloud says nothing', undefined, 60_000],
  ['never shorter than the shortest wait', 1, 30_000],
  ['never longer than the longest wait', 24 * HOUR, 1_800_000],
])('remembers a refusal %s', (_rule, retryAfterMs, ms) => {
  expect(rememberMs(retryAfterMs, 60_000, BACKOFF)).toBe(ms)
})

test('spreads those who wait for the same over a share of the shortest wait', () => {
  expect([0, 0.5, 1].map((turn) => spreadMs(turn, BACKOFF))).toEqual([0, 3_000, 6_000])
})

test('row 63: takes no time to come that is further ahead than anything is put off', () => {
  expect([isAhead(10, 10), isAhead(11, 10), isAhead(HOUR, 0), isAhead(24 * HOUR, 0)]).toEqual([
    false,
    true,
    true,
    false,
  ])
})
