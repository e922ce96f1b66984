import { expect, test } from 'vitest'
import { quantity } from './quantity.ts'

test.each([
  ['1', 1_000_000_000n],
  [2, 2_000_000_000n],
  ['500m', 500_000_000n],
  ['1.5', 1_500_000_000n],
  ['.5', 500_000_000n],
  ['1Ki', 1_024_000_000_000n],
  ['1e3', 1_000_000_000_000n],
  ['2E', 2n * 10n ** 27n],
  ['-1', -1_000_000_000n],
  [undefined, 0n],
  ['many', 0n],
])('reads %s exactly', (text, amount) => expect(quantity(text)).toBe(amount))
