import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest } from '../node-provisioner.ts'

type Choices = Pick<BackendSettings, 'orderedChoices'>

/** Sizes of the claim of that attempt, best first: all of them where the backend tries them in order, else one. */
export function sizesOfAttempt({ instanceTypes }: NodeRequest, { orderedChoices }: Choices, attempt: number): string[] {
  if (orderedChoices) return instanceTypes
  const at = attempt % instanceTypes.length
  return instanceTypes.slice(at, at + 1)
}

/** How many attempts it takes to have tried every size once. */
export function sizesPerRound({ instanceTypes }: NodeRequest, { orderedChoices }: Choices): number {
  return orderedChoices ? 1 : instanceTypes.length
}
