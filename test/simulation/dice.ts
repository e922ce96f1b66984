import { type SeededRandom, seededRandom } from '../differential/seeded-random.ts'

/** What can be switched off to find out which faults a failure needs. */
export const FAULT_KINDS = ['crash', 'leaders', 'watch', 'api', 'arm', 'azure', 'user', 'nodes', 'clock'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Dice {
  /** Own numbers for each purpose: leaving one kind of fault out does not change the others. */
  of(purpose: string): SeededRandom
}

export function createDice(seed: number): Dice {
  const known = new Map<string, SeededRandom>()
  return {
    of(purpose) {
      const dice = known.get(purpose) ?? seededRandom(mixed(seed, purpose))
      known.set(purpose, dice)
      return dice
    },
  }
}

/** FNV-1a over the purpose, started from the seed. */
function mixed(seed: number, purpose: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0
  for (const letter of `${seed} ${purpose}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0
  return hash
}

const STEPS = 2 ** 24

/** From 0 up to 1. */
export function fraction(dice: SeededRandom): number {
  return dice.whole(STEPS) / STEPS
}

export function between(dice: SeededRandom, from: number, to: number): number {
  return from + dice.whole(to - from + 1)
}
