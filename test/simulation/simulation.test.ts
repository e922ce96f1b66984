import { describe, expect, test } from 'vitest'
import { CLAIM_KINDS } from './claim-kind.ts'
import { createDice } from './dice.ts'
import { runSeed } from './run-seed.ts'

/** A few of all; `pnpm simulate` goes on from here. */
const SEEDS = 8

describe.each(Object.entries(CLAIM_KINDS))('no seed breaks a rule for a %s', (name, kind) => {
  test.each(Array.from({ length: SEEDS }, (_, index) => index + 1))('seed %i', async (seed) => {
    const { violations } = await runSeed(seed, { kind })
    expect(violations, `pnpm simulate --seed ${seed} --claim ${name} tells the story`).toEqual([])
  })
})

test('the same seed is the same story, to the letter', async () => {
  const [one, other] = [await runSeed(4), await runSeed(4)]
  expect(one.lines.length).toBeGreaterThan(50)
  expect(other.lines).toEqual(one.lines)
  expect(other.log).toEqual(one.log)
})

test('faults of one kind can be left out without changing what the others draw', () => {
  const drawn = (purpose: string) => createDice(7).of(purpose).whole(1_000_000)
  const dice = createDice(7)
  dice.of('crash').whole(10)
  expect(dice.of('arm').whole(1_000_000)).toBe(drawn('arm'))
  expect(drawn('arm')).not.toBe(drawn('api'))
})
