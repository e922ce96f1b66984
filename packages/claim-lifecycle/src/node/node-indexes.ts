import { CLAIM_UID_LABEL } from '@kaito/api'
import type { IndexFunctions, Node } from '@kaito/controller-kit'

/** Index functions the cache of Nodes must have. */
export const nodeIndexes: IndexFunctions<Node> = {
  claimUid: (node) => [node.metadata.labels?.[CLAIM_UID_LABEL] ?? []].flat(),
  providerID: (node) => [node.spec?.providerID ?? []].flat(),
}
