import type { Call } from '../node-provisioner.ts'
import { wasLaunched } from './claim-slot.ts'
import type { FoundClaim } from './claim-stores.ts'

/** Deletes a claim that was never launched. Its slot goes on to the next attempt once the claim is gone. */
export async function endClaim({ claim, store }: FoundClaim, call: Call): Promise<void> {
  const current = await store.read(claim.metadata.name, call)
  if (!current || current.metadata.uid !== claim.metadata.uid || wasLaunched({ claim: current, store })) return
  await store.delete(current, call, 'unchanged')
}
