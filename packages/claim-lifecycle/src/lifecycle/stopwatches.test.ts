import { createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { createStopwatches } from './stopwatches.ts'

const MINUTE = 60_000
const running = (recordedMs: number, state = 'PoolCreating 1') => ({ state, recordedMs, limitMs: 45 * MINUTE })

test('goes on from what was written down', async () => {
  const clock = createManualClock()
  const stopwatches = createStopwatches(clock)
  expect(stopwatches.elapsedMs('a', running(10 * MINUTE))).toBe(10 * MINUTE)
  await clock.advance(MINUTE)
  expect(stopwatches.elapsedMs('a', running(11 * MINUTE))).toBe(11 * MINUTE)
})

test.each([[24 * 60 * MINUTE], [-24 * 60 * MINUTE]])(
  'row 63: does not believe a wall clock that jumps by %i ms',
  async (jumpMs) => {
    const clock = createManualClock()
    const stopwatches = createStopwatches(clock)
    stopwatches.elapsedMs('a', running(0))
    await clock.advance(MINUTE)
    expect(stopwatches.elapsedMs('a', running(MINUTE + jumpMs))).toBe(MINUTE)
  },
)

test('row 63: gives what seems to have passed unseen a second look after a start', async () => {
  const clock = createManualClock()
  const stopwatches = createStopwatches(clock)
  expect(stopwatches.elapsedMs('a', running(24 * 60 * MINUTE))).toBe(44 * MINUTE)
  await clock.advance(MINUTE)
  expect(stopwatches.elapsedMs('a', running(24 * 60 * MINUTE + MINUTE))).toBe(45 * MINUTE)
})

test('begins anew with another state, and for one that was forgotten', () => {
  const stopwatches = createStopwatches(createManualClock())
  stopwatches.elapsedMs('a', running(10 * MINUTE))
  expect(stopwatches.elapsedMs('a', running(MINUTE, 'NodeNotRegistered 2'))).toBe(MINUTE)
  stopwatches.forget('a')
  expect(stopwatches.elapsedMs('a', running(2 * MINUTE, 'NodeNotRegistered 2'))).toBe(2 * MINUTE)
})

test('counts what seems to have begun in the future as begun now', () => {
  expect(createStopwatches(createManualClock()).elapsedMs('a', running(-MINUTE))).toBe(0)
})
