import type { Observed } from '../lifecycle/observed.ts'

/** Nothing of a deleted claim is left in the cluster, and its instance is proven gone. */
export function isGone({ sighting, nodes, absence }: Observed): boolean {
  return nodes.length === 0 && sighting.known && sighting.instance === undefined && absence.proven
}

/** The claim must still say that its instance ends: whoever watched it to the end reads it there. */
export function mustTellFirst({ claim, closing }: Observed): boolean {
  return closing.staged && claim.providerID !== undefined && claim.endSteps.instanceTerminating?.met !== true
}
