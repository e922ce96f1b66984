import { expect, test } from 'vitest'
import { canonicalQuantity, parseQuantity } from './quantity.ts'

test.each([
  ['1024Mi', '1Gi'],
  ['0.5Gi', '512Mi'],
  ['1.5', '1500m'],
  ['100000', '100k'],
  ['1500', '1500'],
  ['1e3', '1e3'],
  ['0.001', '1m'],
  ['1.0001m', '1000100n'],
  ['12Gi', '12Gi'],
  ['512', '512'],
  ['-2Ki', '-2Ki'],
  ['0', '0'],
  ['+3', '3'],
])('spells %s as %s', (text, canonical) => {
  const parsed = parseQuantity(text)
  expect(parsed && canonicalQuantity(parsed)).toBe(canonical)
})

test.each(['', 'abc', '1.2.3', '1 Gi', '5KI', '1e', '--1', '1e999999999'])('does not read %j', (text) => {
  expect(parseQuantity(text)).toBeUndefined()
})
