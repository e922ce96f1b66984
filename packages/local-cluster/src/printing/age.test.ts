import { expect, test } from 'vitest'
import { ageAt, shortDuration } from './age.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test.each([
  [0, '0s'],
  [119 * SECOND, '119s'],
  [2 * MINUTE, '2m'],
  [5 * MINUTE + 3 * SECOND, '5m3s'],
  [10 * MINUTE + 30 * SECOND, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR + 5 * MINUTE, '3h5m'],
  [8 * HOUR + 5 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [3 * DAY + 4 * HOUR, '3d4h'],
  [9 * DAY + 4 * HOUR, '9d'],
  [800 * DAY, '2y70d'],
  [9 * 365 * DAY, '9y'],
  [-500, '0s'],
  [-5 * SECOND, '<invalid>'],
])('%i ms are shown as %s', (ms, shown) => {
  expect(shortDuration(ms)).toBe(shown)
})

test('an absent time has an unknown age', () => {
  expect(ageAt(undefined, 0)).toBe('<unknown>')
  expect(ageAt('1970-01-01T00:00:00Z', 5000)).toBe('5s')
})
