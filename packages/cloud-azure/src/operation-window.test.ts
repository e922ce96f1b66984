import { describe, expect, test } from 'vitest'
import { OperationWindow } from './operation-window.ts'

const names = (count: number, prefix = 'ws') => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

function openWindow({ random = 0, clock = { time: 0 } } = {}) {
  return new OperationWindow({ random: () => random, clock: { monotonic: () => clock.time } })
}

/** Sends as many as are let in, and returns them with their tickets. */
function enterAll(window: OperationWindow, from: string[]): [string, number][] {
  const entered: [string, number][] = []
  for (const name of from) {
    try {
      entered.push([name, window.enter(name)])
    } catch {
      break
    }
  }
  return entered
}

describe('operation window', () => {
  test('lets ten out, and twice as many more for each that is accepted', () => {
    const window = openWindow()
    expect(enterAll(window, names(50))).toHaveLength(10)
    for (let answer = 0; answer < 10; answer++) window.accepted()
    expect(enterAll(window, names(50, 'more'))).toHaveLength(20)
  })

  test('halves once for refusals of launches sent together', () => {
    const window = openWindow()
    const together = enterAll(window, names(10))
    for (const [name, ticket] of together) window.refused(name, { ticket, isContention: true })
    expect(enterAll(window, names(50, 'next'))).toHaveLength(5)
  })

  test('goes down to one and never to none', () => {
    const window = openWindow()
    for (let round = 0; round < 10; round++) {
      for (const [name, ticket] of enterAll(window, names(1, `r${round}`))) {
        window.refused(name, { ticket, isContention: true })
      }
    }
    expect(enterAll(window, names(5))).toHaveLength(1)
  })

  test('opens by one per full window after a refusal', () => {
    const window = openWindow()
    for (const [name, ticket] of enterAll(window, names(10))) window.refused(name, { ticket, isContention: true })
    for (const _ of enterAll(window, names(5, 'a'))) window.accepted()
    expect(enterAll(window, names(5, 'b'))).toHaveLength(1)
  })

  test('opens as at the start when the last refusal is long ago', () => {
    const clock = { time: 0 }
    const window = openWindow({ clock })
    for (const [name, ticket] of enterAll(window, names(10))) window.refused(name, { ticket, isContention: true })
    clock.time = 600_000
    for (const _ of enterAll(window, names(5, 'a'))) window.accepted()
    expect(enterAll(window, names(50, 'b'))).toHaveLength(10)
  })

  test('does not shrink for a refusal of what was asked', () => {
    const window = openWindow()
    for (const [name, ticket] of enterAll(window, names(10))) window.refused(name, { ticket, isContention: false })
    expect(enterAll(window, names(50))).toHaveLength(10)
  })

  test('frees what the cloud no longer shows as running, but nothing younger than the list', () => {
    const window = openWindow()
    const first = enterAll(window, names(9))
    const mark = window.mark()
    enterAll(window, ['late'])
    window.observed(new Set(first.slice(0, 4).map(([name]) => name)), mark)
    expect(enterAll(window, names(50, 'next'))).toHaveLength(5)
  })

  test('counts operations that an earlier process started', () => {
    const window = openWindow()
    window.observed(new Set(names(8, 'old')), window.mark())
    expect(enterAll(window, names(50))).toHaveLength(2)
  })

  test('asks to come back sooner while answers are outstanding', () => {
    const window = openWindow({ random: 0.5 })
    const entered = enterAll(window, names(10))
    expect(() => window.enter('x')).toThrow(expect.objectContaining({ reason: 'ClusterBusy', retryAfterMs: 750 }))
    window.observed(new Set(names(40, 'old')), window.mark())
    for (const _ of entered) window.accepted()
    expect(() => window.enter('x')).toThrow(expect.objectContaining({ retryAfterMs: 7500 }))
  })
})
