import type { Reason } from '@kaito/api'
import type { LaunchChoice } from '../claim/claim.ts'
import { isAhead } from './backoff.ts'

export interface ChoiceRefusal {
  reason: Reason
  /** The cloud's words, and what the user can do. */
  message: string
  /** Wall clock milliseconds after which the cloud is worth asking again. */
  until: number
}

export interface RefusedChoice {
  choice: LaunchChoice
  refusal: ChoiceRefusal
}

/**
 * What the cloud refused lately, by size, priority and zone, so that no other claim asks for the same before it makes
 * sense. It is in memory; claims carry what refused them, and a new process takes it from there.
 */
export interface ChoiceRefusals {
  of(choice: LaunchChoice, now: number): ChoiceRefusal | undefined
  remember(choice: LaunchChoice, refusal: ChoiceRefusal): void
  /** Takes in what an earlier process wrote down, where nothing newer is known. */
  restore(refused: readonly RefusedChoice[]): void
  forget(choice: LaunchChoice): void
}

export function createChoiceRefusals(): ChoiceRefusals {
  const refused = new Map<string, ChoiceRefusal>()
  return {
    of(choice, now) {
      const refusal = refused.get(keyOf(choice))
      return refusal && isAhead(refusal.until, now) ? refusal : undefined
    },
    remember: (choice, refusal) => void refused.set(keyOf(choice), refusal),
    restore(recorded) {
      for (const { choice, refusal } of recorded) {
        const known = refused.get(keyOf(choice))
        if (!known || known.until < refusal.until) refused.set(keyOf(choice), refusal)
      }
    },
    forget: (choice) => void refused.delete(keyOf(choice)),
  }
}

function keyOf({ instanceType, capacityType, zone }: LaunchChoice): string {
  return [instanceType, capacityType, zone ?? ''].join('/')
}
