import type { InstanceState } from '@kaito/cloud-provider'
import type { Claim } from '../claim/claim.ts'
import { failedLaunches } from '../launch/launch-record.ts'

/**
 * Where a claim stands in its life:
 * - `Pending`: has no instance and waits for one; its reason says for what.
 * - `Creating`, `Registering`, `Initializing`: the cloud makes it, its Node has not joined, its GPUs do not show yet.
 * - `Ready`: could run what it was made for; what became of its node since is told by the node.
 * - `Deleting`: somebody deleted it.
 * - `Failed`: nothing is launched for it any more until somebody changes it.
 */
export const PHASES = ['Pending', 'Creating', 'Registering', 'Initializing', 'Ready', 'Deleting', 'Failed'] as const
type Phase = (typeof PHASES)[number]

/** `state` is that of the claim's instance; undefined where none is seen, or nothing can be seen just now. */
export function phaseOf(claim: Claim, state: InstanceState | undefined, maxFailedLaunches: number): Phase {
  const { deletedAt, providerID, steps } = claim
  if (deletedAt !== undefined) return 'Deleting'
  if (steps.initialized?.met) return 'Ready'
  if (steps.registered?.met) return 'Initializing'
  if (state === 'Running' || providerID !== undefined) return 'Registering'
  if (state === 'Creating' || state === 'Busy') return 'Creating'
  if (failedLaunches(claim).counted >= maxFailedLaunches) return 'Failed'
  if (steps.launched?.reason === 'InvalidRequest') return 'Failed'
  return state === undefined && steps.launched?.reason === 'PoolCreating' ? 'Creating' : 'Pending'
}

/** Why a claim is not usable yet: the reason of its first step that is not met. Undefined when it is, or is deleted. */
export function waitingReason({ deletedAt, steps }: Claim): string | undefined {
  if (deletedAt !== undefined || steps.initialized?.met) return undefined
  const unmet = [steps.launched, steps.registered, steps.initialized].find((step) => !step?.met)
  return unmet?.reason ?? 'NotReported'
}
