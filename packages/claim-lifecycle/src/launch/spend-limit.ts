import { GPU_RESOURCE, INSTANCE_TYPE_LABEL, WORKSPACE_NAMESPACE_LABEL } from '@kaito/api'
import type { Claim } from '../claim/claim.ts'
import { allowedValues } from '../claim/requirements.ts'
import { failedLaunches } from './launch-record.ts'

interface SpendLimits {
  /** A claim that failed this often launches nothing more. */
  maxFailedLaunches: number
  maxNodes: number | undefined
  maxNodesPerNamespace: number | undefined
  maxGpus: number | undefined
  /** The GPUs of a machine of that size; undefined where nobody knows. */
  gpusOf?: (instanceType: string) => number | undefined
}

/** Whether there is any limit to keep: only then all claims must be known. */
export function hasLimit({ maxNodes, maxNodesPerNamespace, maxGpus }: SpendLimits): boolean {
  return [maxNodes, maxNodesPerNamespace, maxGpus].some((limit) => limit !== undefined)
}

/**
 * Which limit makes the claim wait for others to end; undefined when it may launch. `all` are the claims of every kind.
 *
 * Claims take their places oldest first, so the answer is the same for every reader of the same list and no two claims
 * can take the last place.
 */
export function overLimit(claim: Claim, all: readonly Claim[], limits: SpendLimits): string | undefined {
  const { maxNodes, maxGpus, maxNodesPerNamespace } = limits
  const ahead = all.filter((other) => isAhead(other, claim, limits))
  if (maxNodes !== undefined && ahead.length >= maxNodes) return nodesText(ahead, `${maxNodes} nodes in all`)
  const namespace = claim.labels[WORKSPACE_NAMESPACE_LABEL]
  const neighbours = ahead.filter(({ labels }) => labels[WORKSPACE_NAMESPACE_LABEL] === namespace)
  if (namespace !== undefined && maxNodesPerNamespace !== undefined && neighbours.length >= maxNodesPerNamespace) {
    return nodesText(neighbours, `${maxNodesPerNamespace} nodes for the Workspaces of namespace ${namespace}`)
  }
  const gpus = ahead.reduce((sum, other) => sum + gpusHeld(other, limits), gpusHeld(claim, limits))
  if (maxGpus === undefined || gpus <= maxGpus) return undefined
  return `this claim would make it ${gpus} GPUs and the limit is ${maxGpus} GPUs in all`
}

/** Says the claim's place in the queue, too. */
function nodesText(ahead: readonly Claim[], limit: string): string {
  const holding = ahead.filter(mayHaveInstance).length
  return `${holding} claims hold a node, ${ahead.length - holding} wait before this one, and the limit is ${limit}`
}

function isAhead(other: Claim, claim: Claim, { maxFailedLaunches }: SpendLimits): boolean {
  const hasGivenUp = failedLaunches(other).counted >= maxFailedLaunches && !mayHaveInstance(other)
  return other.uid !== claim.uid && !hasGivenUp && comesBefore(other, claim)
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

/**
 * What is paid for are the GPUs of the machine, whatever the claim uses of them: of the size it got, or else of the
 * largest that it names. Where nobody knows the size, a claim that does not say is for one.
 */
function gpusHeld({ labels, requests, requirements }: Claim, { gpusOf }: SpendLimits): number {
  const size = labels[INSTANCE_TYPE_LABEL]
  const sizes = size === undefined ? (allowedValues(requirements, INSTANCE_TYPE_LABEL) ?? []) : [size]
  return Math.max(requests[GPU_RESOURCE] ?? 1, ...sizes.map((one) => gpusOf?.(one) ?? 0))
}
