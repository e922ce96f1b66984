import type { Instance } from '@kaito/cloud-provider'
import type { StepReport } from '../claim/claim-adapter.ts'
import type { Action } from '../lifecycle/action.ts'
import { type Observed, servingNode } from '../lifecycle/observed.ts'

const AT_REST = new Set<Instance['state']>(['Running', 'Stopped', 'Failed'])
const REMEDY = 'delete that instance in the cloud, then the claim can go on or go'

/**
 * What to do about an instance that has the name of the claim's and is not the claim's, where the claim records a node already:
 * KAITO's own provisioner made it for this claim, or somebody took the name or our mark away. `undefined` leaves the pass
 * to what it would do without.
 */
export function adoptionActions(seen: Observed): Action[] | undefined {
  const { claim, namesake, cloudPauseMs } = seen
  if (!namesake || claim.providerID === undefined) return undefined
  const isDeleted = claim.deletedAt !== undefined
  // Somebody else's by its mark: a deleted claim has nothing there to end, any other one has lost its place.
  if (namesake.claimUid !== undefined) return isDeleted || hasLeavingNode(seen) ? undefined : []
  // Without its end in the cloud, a node that is emptied and deleted would bill on unseen.
  const meanwhile = isDeleted ? [] : undefined
  return cloudPauseMs > 0 || !AT_REST.has(namesake.state) ? meanwhile : [{ do: 'adopt' }]
}

function hasLeavingNode({ nodes }: Observed): boolean {
  return nodes.some(({ metadata }) => metadata.deletionTimestamp !== undefined)
}

/** Why the claim has no instance of its own; undefined while a Node serves it all the same, or there is no conflict. */
export function conflictReport(
  seen: Observed,
  refusal: { reason: string; message: string } | undefined,
): StepReport | undefined {
  const { claim, namesake } = seen
  if (!namesake || claim.providerID === undefined || claim.deletedAt !== undefined) return undefined
  if (namesake.claimUid !== undefined) return conflict(strangerMessage(namesake))
  const isRefused = refusal?.reason === 'NameConflict'
  return isRefused && !servingNode(seen).node ? conflict(refusal.message) : undefined
}

/** Why a deleted claim cannot end its instance while the cloud is not asked again; undefined where it can. */
export function deletionConflict({ claim, namesake, cloudPauseMs }: Observed): string | undefined {
  if (!namesake || namesake.claimUid !== undefined || claim.providerID === undefined) return undefined
  if (!namesake.madeByKaito) return strangerMessage(namesake)
  if (cloudPauseMs === 0) return undefined
  return `the instance ${namesake.name} of KAITO's own provisioner is not taken over yet; if it is not this claim's: ${REMEDY}`
}

function conflict(message: string): StepReport {
  return { met: false, reason: 'NameConflict', message, final: true }
}

/** In the words of a condition: what is wrong and what to do. */
export function strangerMessage({ name, claimUid }: Pick<Instance, 'name' | 'claimUid'>): string {
  const whose = claimUid === undefined ? 'carries no mark of ours' : `was made for the claim with UID ${claimUid}`
  return `the instance ${name} ${whose} and is not this claim's: ${REMEDY}`
}
