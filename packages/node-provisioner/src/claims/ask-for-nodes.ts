import type { BackendSettings } from '../backend/backend-settings.ts'
import type { Call, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { taken, type Wanted } from '../slots/wanted.ts'
import type { ClaimStore } from './claim-store.ts'
import { sizesOfAttempt } from './size-choice.ts'

interface Sources {
  /** Where new claims are made. */
  store: ClaimStore
  backend: BackendSettings
}

/** Asks for claims for what is missing and not chosen, and tells what to record. */
export async function askForNodes(sources: Sources, wanted: Wanted, call: Call): Promise<SlotRecord[]> {
  const { request, views, chosen } = wanted
  const asked = await Promise.allSettled(
    views.map(async ({ isMissing, next }): Promise<SlotRecord> => {
      const existing = taken(next, chosen)
      if (existing) return existing
      if (isMissing) await askForClaim(sources, { request, next }, call)
      return next
    }),
  )
  const failure = asked.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
  return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
}

async function askForClaim(
  { store, backend }: Sources,
  { request, next }: { request: NodeRequest; next: SlotRecord },
  call: Call,
): Promise<void> {
  const instanceTypes = sizesOfAttempt(request, backend, next.attempt)
  await store.create({ request, name: next.claimName ?? '', instanceTypes, backend }, call)
}
