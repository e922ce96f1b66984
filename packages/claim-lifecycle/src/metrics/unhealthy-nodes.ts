import type { Cache, Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { symptoms } from '../health/symptoms.ts'
import { isLeaving } from '../node/node-facts.ts'

/** The gravest symptom of each node that was usable once and is unhealthy now; those on their way out are left out. */
export function unhealthyNodes(claims: readonly Claim[], nodes: Cache<Node>): string[] {
  const usable = claims.filter(({ deletedAt, steps }) => deletedAt === undefined && steps.initialized?.met)
  return usable.flatMap((claim) => {
    const staying = nodes.byIndex('claimUid', claim.uid).filter((node) => !isLeaving(node))
    return staying.flatMap((node) => symptoms(claim, node)[0]?.reason ?? [])
  })
}
