import { describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { LatestReading } from './latest-reading.ts'

const { signal } = new AbortController()

/** A reading whose answers the test gives. */
function scene() {
  const clock = manualClock()
  const asked: { give(value: number): void; fail(): void }[] = []
  const told: string[] = []
  const read: number[][] = []
  let ordinal = 0
  const reading = new LatestReading<number>({
    read: () =>
      new Promise((resolve, reject) => {
        asked.push({ give: resolve, fail: () => reject(new Error('no answer')) })
      }),
    clock,
    validMs: 60_000,
    onRead: (value, begunAt) => read.push([value, begunAt]),
    onOutage: () => told.push('outage'),
    onRecovery: () => told.push('recovery'),
  })
  /** Asks, and tells whether the caller has been let go. */
  const ask = (maxAgeMs = Number.POSITIVE_INFINITY) => {
    const caller = { isWaiting: true }
    const begunAt = () => {
      ordinal += 1
      return ordinal
    }
    void reading.ask(maxAgeMs, { signal, begunAt }).then(() => {
      caller.isWaiting = false
    })
    return caller
  }
  return { clock, asked, told, read, reading, ask }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a reading', () => {
  test('is shared by all who ask while it runs, and tells when it began', async () => {
    const { asked, ask, reading, read } = scene()
    const callers = [ask(), ask()]
    await settled()
    expect([asked.length, callers.map(({ isWaiting }) => isWaiting)]).toEqual([1, [true, true]])
    asked[0]?.give(7)
    await settled()
    expect(callers.map(({ isWaiting }) => isWaiting)).toEqual([false, false])
    expect(reading.within(60_000)).toBe(7)
    expect(read).toEqual([[7, 1]])
  })

  test('is asked for again half way to its end, and nobody waits for that', async () => {
    const { asked, ask, clock } = scene()
    ask()
    asked[0]?.give(7)
    await settled()
    clock.advance(29_000)
    ask()
    expect(asked).toHaveLength(1)
    clock.advance(2000)
    const caller = ask()
    await settled()
    expect([asked.length, caller.isWaiting]).toEqual([2, false])
  })

  test('says nothing after its time, and less to who wants a younger one', async () => {
    const { asked, ask, clock, reading } = scene()
    ask()
    asked[0]?.give(7)
    await settled()
    clock.advance(6000)
    expect([reading.within(5000), reading.within(60_000)]).toEqual([undefined, 7])
    const caller = ask(5000)
    await settled()
    expect([asked.length, caller.isWaiting]).toEqual([2, true])
    clock.advance(55_000)
    expect(reading.within(Number.POSITIVE_INFINITY)).toBeUndefined()
  })

  test('holds nobody back longer than two seconds after its start', async () => {
    const { asked, ask, clock, reading } = scene()
    const first = ask()
    clock.advance(1500)
    const second = ask()
    clock.advance(499)
    await settled()
    expect([first.isWaiting, second.isWaiting]).toEqual([true, true])
    clock.advance(1)
    await settled()
    expect([first.isWaiting, second.isWaiting]).toEqual([false, false])
    const third = ask()
    await settled()
    expect([asked.length, third.isWaiting]).toEqual([1, false])
    asked[0]?.give(7)
    await settled()
    expect(reading.within(60_000)).toBe(7)
  })

  test('that failed lets everybody pass, and is tried again once a minute without being waited for', async () => {
    const { asked, ask, clock, told, reading } = scene()
    const first = ask()
    asked[0]?.fail()
    await settled()
    expect(first.isWaiting).toBe(false)
    clock.advance(59_000)
    const second = ask()
    await settled()
    expect([asked.length, second.isWaiting]).toEqual([1, false])
    clock.advance(2000)
    const third = ask()
    await settled()
    expect([asked.length, third.isWaiting]).toEqual([2, false])
    asked[1]?.give(7)
    await settled()
    expect(told).toEqual(['outage', 'recovery'])
    expect(reading.within(60_000)).toBe(7)
  })

  test('ends with the reason of its signal for who was aborted while waiting, and that is no outage', async () => {
    const abort = new AbortController()
    const told: unknown[] = []
    const reading = new LatestReading<number>({
      read: (given) => new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason))),
      clock: manualClock(),
      validMs: 60_000,
      onOutage: (error) => told.push(error),
      onRecovery: () => undefined,
    })
    const asking = reading.ask(60_000, { signal: abort.signal, begunAt: () => 1 })
    abort.abort(new Error('stopping'))
    await expect(asking).rejects.toThrow('stopping')
    expect(told).toEqual([])
  })
})
