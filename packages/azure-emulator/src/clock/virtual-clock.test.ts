import { expect, test } from 'vitest'
import { virtualClock } from './virtual-clock.ts'

test('runs what became due in order of time, at its time, with what that adds', () => {
  const clock = virtualClock(1000)
  const ran: string[] = []
  const note = (what: string) => () => void ran.push(`${what}@${clock.now()}`)
  clock.after(20, note('late'))
  clock.after(10, () => {
    note('early')()
    clock.after(5, note('added'))
  })
  clock.after(10, note('second'))
  clock.advance(15)
  expect(ran).toEqual(['early@1010', 'second@1010', 'added@1015'])
  clock.advance(5)
  expect(ran.at(-1)).toBe('late@1020')
})

test('forgets what was canceled', () => {
  const clock = virtualClock()
  const ran: number[] = []
  clock.after(1, () => ran.push(1))()
  clock.advance(10)
  expect(ran).toEqual([])
})
