import type { ClaimStores } from '../claims/claim-stores.ts'
import type { Call, NodeRequest } from '../node-provisioner.ts'
import type { SlotView } from '../slots/slot-view.ts'
import type { NodeChoice } from './node-choice.ts'

interface Sources {
  claims: ClaimStores
  choice: NodeChoice
}

/** Existing nodes for missing slots, by ordinal. */
export async function chooseExisting(
  { claims, choice }: Sources,
  { request, views }: { request: NodeRequest; views: SlotView[] },
  call: Call,
): Promise<Map<number, string>> {
  const open = views.filter(({ isMissing, mayTakeExisting }) => isMissing && mayTakeExisting)
  if (open.length === 0 || !choice.hasCandidates(request)) return new Map()
  // A claim asked for before a crash would be paid for beside the existing node, and be on nobody's record.
  const found = await Promise.all(
    open.map(({ next }) => (next.claimName === undefined ? undefined : claims.read(next.claimName, call))),
  )
  const slots = open.flatMap(({ next }, at) => (found[at] ? [] : [next]))
  return slots.length === 0 ? new Map() : choice.choose(request, slots, call)
}
