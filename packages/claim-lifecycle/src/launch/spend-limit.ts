import { GPU_RESOURCE } from '@kaito/api'
import type { Claim } from '../claim/claim.ts'
import { failedLaunches } from './launch-record.ts'

interface SpendLimits {
  /** A claim that failed this often launches nothing more. */
  maxFailedLaunches: number
  maxNodes: number | undefined
  maxGpus: number | undefined
}

/**
 * Why the claim must wait for others to end; undefined when it may launch.
 *
 * Claims take their places oldest first, so the answer is the same for every reader of the same list and no two claims
 * can take the last place.
 */
export function overLimit(claim: Claim, all: readonly Claim[], limits: SpendLimits): string | undefined {
  const { maxNodes, maxGpus, maxFailedLaunches } = limits
  const hasGivenUp = (other: Claim) => failedLaunches(other).counted >= maxFailedLaunches && !mayHaveInstance(other)
  const ahead = all.filter((other) => other.uid !== claim.uid && comesBefore(other, claim) && !hasGivenUp(other))
  const nodes = ahead.length + 1
  const gpus = ahead.reduce((sum, other) => sum + gpusOf(other), gpusOf(claim))
  if (maxNodes !== undefined && nodes > maxNodes) {
    return `${ahead.length} claims hold or wait for a node already and the limit is ${maxNodes}`
  }
  if (maxGpus !== undefined && gpus > maxGpus) {
    return `this claim would make it ${gpus} GPUs and the limit is ${maxGpus}`
  }
  return undefined
}

/** One that may have an instance already comes first, whatever its age. */
function comesBefore(other: Claim, claim: Claim): boolean {
  const [hasOther, hasClaim] = [other, claim].map(mayHaveInstance)
  if (hasOther !== hasClaim) return hasOther === true
  return `${other.createdAt} ${other.name}` < `${claim.createdAt} ${claim.name}`
}

function mayHaveInstance({ providerID, steps }: Claim): boolean {
  return providerID !== undefined || steps.launched?.reason === 'PoolCreating'
}

/** A claim that does not say is for one GPU: that is what these nodes are bought for. */
function gpusOf(claim: Claim): number {
  return claim.requests[GPU_RESOURCE] ?? 1
}
