import type { Call, Released, WorkspaceRef } from '../node-provisioner.ts'
import type { ClaimStores, FoundClaim } from './claim-stores.ts'
import { drainBlock } from './drain-block.ts'

/** Deletes the claims that an uncached list shows; released is only what such a list no longer shows. */
export async function releaseClaims(claims: ClaimStores, workspace: WorkspaceRef, call: Call): Promise<Released> {
  const known = claims.cachedOf(workspace)
  // Their end will be seen by the cache; until then the server need not be asked again.
  if (known.length > 0 && known.every(({ claim: { metadata } }) => metadata.deletionTimestamp))
    return { released: false, ...progress(known) }
  const owned = await claims.readOf(workspace, call)
  await Promise.all(owned.map(({ claim, store }) => store.delete(claim, call)))
  return owned.length === 0 ? { released: true } : { released: false, ...progress(owned) }
}

function progress(found: FoundClaim[]): { reason: 'DrainBlocked' | 'Deleting'; message: string } {
  const [blocked] = found.flatMap(({ claim }) => drainBlock(claim) ?? [])
  const [first] = found
  const names = found.filter(({ store }) => store === first?.store).map(({ claim: { metadata } }) => metadata.name)
  return (
    blocked ?? {
      reason: 'Deleting',
      message: `nodes are being given back; "kubectl describe ${first?.store.word} ${names.join(' ')}" shows each step`,
    }
  )
}
