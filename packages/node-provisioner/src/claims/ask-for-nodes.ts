import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeChoice } from '../existing-nodes/node-choice.ts'
import type { Call, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { wasLaunched } from './claim-slot.ts'
import type { ClaimStore } from './claim-store.ts'
import type { ClaimStores, FoundClaim } from './claim-stores.ts'
import { sizesOfAttempt } from './size-choice.ts'

interface Sources {
  claims: ClaimStores
  /** Where new claims are made. */
  store: ClaimStore
  backend: BackendSettings
  choice: NodeChoice
}

interface Wanted {
  request: NodeRequest
  views: SlotView[]
}

/** Takes existing nodes for what is missing, asks for claims for the rest, and tells what to record. */
export async function askForNodes(sources: Sources, wanted: Wanted, call: Call): Promise<SlotRecord[]> {
  const { request, views } = wanted
  const chosen = await chooseExisting(sources, wanted, call)
  const asked = await Promise.allSettled(
    views.map(async ({ isMissing, next, ends }): Promise<SlotRecord> => {
      const { ordinal, attempt } = next
      const nodeName = chosen.get(ordinal)
      if (nodeName !== undefined) return { ordinal, attempt, nodeName }
      if (ends) await endClaim(ends, call)
      else if (isMissing) await askForClaim(sources, { request, next }, call)
      return next
    }),
  )
  const failure = asked.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
  return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
}

/** Existing nodes for missing slots, by ordinal. */
export async function chooseExisting(
  { claims, choice }: Pick<Sources, 'claims' | 'choice'>,
  { request, views }: Wanted,
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

async function askForClaim(
  { store, backend }: Sources,
  { request, next }: { request: NodeRequest; next: SlotRecord },
  call: Call,
): Promise<void> {
  const instanceTypes = sizesOfAttempt(request, backend, next.attempt)
  await store.create({ request, name: next.claimName ?? '', instanceTypes, backend }, call)
}

/** Its slot goes on to the next attempt once the claim is gone. */
async function endClaim({ claim, store }: FoundClaim, call: Call): Promise<void> {
  const current = await store.read(claim.metadata.name, call)
  if (!current || current.metadata.uid !== claim.metadata.uid || wasLaunched({ claim: current, store })) return
  await store.delete(current, call, 'unchanged')
}
