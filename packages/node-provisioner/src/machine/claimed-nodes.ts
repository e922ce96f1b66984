import { CLAIM_UID_LABEL, type Machine, WORKSPACE_UID_ANNOTATION } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'

/** Tells the nodes that claims of any Workspace gave; those end with their claim. */
export function claimedNodes(machines: Machine[]): (node: Node) => boolean {
  const claims = machines.filter(({ metadata }) => metadata.annotations?.[WORKSPACE_UID_ANNOTATION] !== undefined)
  const names = new Set(claims.map(({ status }) => status?.nodeName))
  // A node shows earlier whose it is than its claim shows its name.
  const uids = new Set(claims.map(({ metadata }) => metadata.uid))
  return ({ metadata: { name, labels } }) => {
    const claimUid = labels?.[CLAIM_UID_LABEL]
    return names.has(name) || (claimUid !== undefined && uids.has(claimUid))
  }
}
