import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { type HandleKey, KeyedQueue } from './keyed-queue.ts'

function queueOf(handle: HandleKey, concurrency = 16) {
  const clock = manualClock()
  const stop = new AbortController()
  const failures: string[] = []
  const onFailure = (key: string) => failures.push(key)
  const queue = new KeyedQueue({ clock, signal: stop.signal, handle, onFailure, concurrency })
  return { queue, clock, stop, failures }
}

test('runs a key once for a burst of additions', async () => {
  const seen: string[] = []
  const { queue } = queueOf(async (key) => void seen.push(key) as undefined)
  for (const key of ['a', 'b', 'a']) queue.add(key)
  await turn()
  expect(seen).toEqual(['a', 'b'])
})

test('never runs one key twice at once, and runs it again when it was added meanwhile', async () => {
  const ends: (() => void)[] = []
  const { queue } = queueOf(() => new Promise((resolve) => ends.push(() => resolve(undefined))))
  queue.add('a')
  await turn()
  queue.add('a')
  await turn()
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await turn()
  expect(ends).toHaveLength(2)
})

test('runs no more keys at once than allowed, and then the others', async () => {
  const ends: (() => void)[] = []
  const { queue } = queueOf(() => new Promise((resolve) => ends.push(() => resolve(undefined))), 2)
  for (const key of ['a', 'b', 'c']) queue.add(key)
  await turn()
  expect(ends).toHaveLength(2)
  ends[0]?.()
  await turn()
  expect(ends).toHaveLength(3)
})

test('comes back to a failed key after a pause that grows', async () => {
  let runs = 0
  const { queue, clock, failures } = queueOf(async () => {
    runs += 1
    throw new Error('no')
  })
  queue.add('a')
  await turn()
  expect([runs, failures]).toEqual([1, ['a']])
  for (const [ms, expected] of [
    [10, 2],
    [10, 2],
    [10, 3],
  ] as const) {
    clock.advance(ms)
    await turn()
    expect(runs).toBe(expected)
  }
})

test('comes back to a key when its handler asks for it', async () => {
  let runs = 0
  const { queue, clock } = queueOf(async () => {
    runs += 1
    return 1000
  })
  queue.add('a')
  await turn()
  clock.advance(999)
  await turn()
  expect(runs).toBe(1)
  clock.advance(1)
  await turn()
  expect(runs).toBe(2)
})

test('runs nothing after it was stopped', async () => {
  let runs = 0
  const { queue, clock, stop } = queueOf(async () => {
    runs += 1
    return 1
  })
  queue.add('a')
  await turn()
  stop.abort()
  queue.add('b')
  clock.advance(1000)
  await turn()
  expect(runs).toBe(1)
})
