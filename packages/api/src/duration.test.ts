import { expect, test } from 'vitest'
import { durationMs } from './duration.ts'

test.each([
  ['90s', 90_000],
  ['45m', 2_700_000],
  ['1h30m', 5_400_000],
])('%s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each(['', '1d', '5', 'm', '1.5h'])('"%s" is no duration', (text) => {
  expect(() => durationMs(text)).toThrow(RangeError)
})
