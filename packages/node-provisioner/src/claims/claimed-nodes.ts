import { CLAIM_UID_LABEL, WORKSPACE_UID_ANNOTATION } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from './claim.ts'

/** Tells the nodes that claims of any Workspace gave; those end with their claim. */
export function claimedNodes(all: Claim[]): (node: Node) => boolean {
  const claims = all.filter(({ metadata }) => metadata.annotations?.[WORKSPACE_UID_ANNOTATION] !== undefined)
  const names = new Set(claims.map(({ status }) => status?.nodeName))
  // A node shows earlier whose it is than its claim shows its name.
  const uids = new Set(claims.map(({ metadata }) => metadata.uid))
  return ({ metadata: { name, labels, ownerReferences = [] } }) => {
    const claimUids = [labels?.[CLAIM_UID_LABEL], ...ownerReferences.map(({ uid }) => uid)]
    return names.has(name) || claimUids.some((uid) => uid !== undefined && uids.has(uid))
  }
}
