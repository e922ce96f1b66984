import { expect, test } from 'vitest'
import { createManualClock } from './testing/manual-clock.ts'
import { backoffMs, createWorkQueue } from './work-queue.ts'

function aQueue({ concurrency = 4 } = {}) {
  const clock = createManualClock()
  const started: string[] = []
  const open = new Map<string, () => void>()
  let running = 0
  let most = 0
  const queue = createWorkQueue({
    clock,
    random: () => 1,
    concurrency,
    backoff: { baseMs: 100, capMs: 1000 },
    handle: async (key) => {
      started.push(key)
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => open.set(key, resolve))
      running -= 1
    },
  })
  const finish = async (key: string) => {
    open.get(key)?.()
    await clock.settle()
  }
  return { clock, queue, started, finish, most: () => most }
}

test('never runs a key twice at once, and runs it once more for all that came meanwhile', async () => {
  const { queue, started, finish } = aQueue()
  queue.start()
  queue.add('a')
  for (let i = 0; i < 3; i += 1) queue.add('a')
  expect(started).toEqual(['a'])
  await finish('a')
  expect(started).toEqual(['a', 'a'])
  await finish('a')
  expect(started).toEqual(['a', 'a'])
})

test('a running key does not keep others from their worker', async () => {
  const { queue, started, finish, most } = aQueue({ concurrency: 2 })
  queue.start()
  for (const key of ['a', 'a', 'b', 'c']) queue.add(key)
  expect(started).toEqual(['a', 'b'])
  await finish('b')
  expect(started).toEqual(['a', 'b', 'c'])
  expect(most()).toBe(2)
})

test('of several delays the earliest counts', async () => {
  const { clock, queue, started } = aQueue()
  queue.start()
  queue.addAfter('a', 500)
  queue.addAfter('a', 100)
  queue.addAfter('a', 300)
  await clock.advance(99)
  expect(started).toEqual([])
  await clock.advance(1)
  expect(started).toEqual(['a'])
  expect(clock.pending()).toBe(0)
})

test('backs off per key up to the cap, and forgets', async () => {
  const { queue } = aQueue()
  expect([1, 2, 3, 4, 5, 6].map(() => queue.retry('a'))).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(queue.retry('b')).toBe(100)
  expect(queue.retry('b', 5000)).toBe(5000)
  queue.forget('a')
  expect(queue.retry('a')).toBe(100)
})

test('jitter takes away up to half of the delay', () => {
  expect(backoffMs({ baseMs: 100, capMs: 1000 }, 2, () => 0)).toBe(100)
  expect(backoffMs({ baseMs: 100, capMs: 1000 }, 2000, () => 0.5)).toBe(750)
})

test('stops when the last key in work is done, takes none of those that wait and leaves no timer', async () => {
  const { clock, queue, started, finish } = aQueue({ concurrency: 1 })
  queue.start()
  queue.add('a')
  queue.add('b')
  queue.addAfter('c', 1000)
  let stopped = false
  const stopping = queue.stop().then(() => {
    stopped = true
  })
  await clock.settle()
  expect(stopped).toBe(false)
  queue.retry('a')
  await finish('a')
  await stopping
  expect(started).toEqual(['a'])
  expect(clock.pending()).toBe(0)
})
