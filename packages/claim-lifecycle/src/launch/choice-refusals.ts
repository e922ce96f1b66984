import type { Reason } from '@kaito/api'
import type { LaunchChoice } from '../claim/claim.ts'

export interface ChoiceRefusal {
  reason: Reason
  message: string
  /** Wall clock milliseconds after which the cloud is worth asking again. */
  until: number
}

/** What the cloud refused lately, so that no other claim asks for the same before it makes sense. */
export interface ChoiceRefusals {
  of(choice: LaunchChoice, now: number): ChoiceRefusal | undefined
  remember(choice: LaunchChoice, refusal: ChoiceRefusal): void
  forget(choice: LaunchChoice): void
}

export function createChoiceRefusals(): ChoiceRefusals {
  const refused = new Map<string, ChoiceRefusal>()
  return {
    of(choice, now) {
      const refusal = refused.get(keyOf(choice))
      return refusal && refusal.until > now ? refusal : undefined
    },
    remember: (choice, refusal) => void refused.set(keyOf(choice), refusal),
    forget: (choice) => void refused.delete(keyOf(choice)),
  }
}

function keyOf({ instanceType, capacityType, zone }: LaunchChoice): string {
  return [instanceType, capacityType, zone ?? ''].join('/')
}
