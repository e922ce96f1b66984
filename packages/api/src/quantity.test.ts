import { expect, test } from 'vitest'
import { quantityValue } from './quantity.ts'

test.each([
  ['50Gi', 50 * 2 ** 30],
  ['0', 0],
  [1, 1],
  ['500m', 0.5],
  ['1e3', 1000],
  ['1.5k', 1500],
  ['2E', 2e18],
  ['-1Ki', -1024],
])('reads %s', (quantity, value) => expect(quantityValue(quantity)).toBe(value))

test.each(['', 'Gi', '1 Gi', '1X', '1..2'])('refuses %j', (quantity) => {
  expect(() => quantityValue(quantity)).toThrow(RangeError)
})
