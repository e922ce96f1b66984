import { createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { createToldOnce } from './told-once.ts'

const PAUSE_MS = 600_000

function aTelling() {
  const clock = createManualClock()
  const told = createToldOnce(clock, PAUSE_MS)
  return { clock, told, hears: (text: string | undefined) => told.isNews('a', text) }
}

test('says the same once, however long it lasts', async () => {
  const { clock, hears } = aTelling()
  expect([hears('x'), hears('x')]).toEqual([true, false])
  await clock.advance(2 * PAUSE_MS)
  expect(hears('x')).toBe(false)
})

test('says something else, or the same again after it was over, only after the pause', async () => {
  const { clock, hears } = aTelling()
  expect([hears('x'), hears(undefined), hears('x'), hears('y')]).toEqual([true, false, false, false])
  await clock.advance(PAUSE_MS)
  expect([hears('y'), hears('y')]).toEqual([true, false])
})

test('knows each key by itself, and nothing of one that was forgotten', () => {
  const { told, hears } = aTelling()
  expect([hears('x'), told.isNews('b', 'x')]).toEqual([true, true])
  told.forget('a')
  expect(hears('x')).toBe(true)
})
