import { CloudError } from '@kaito/cloud-provider'
import type { KubernetesObject } from '@kaito/controller-kit'
import { failedLaunches } from '../launch/launch-record.ts'
import { type Pass, tellOfClaim } from '../lifecycle/pass.ts'
import { strangerMessage } from './adoption.ts'

/** What is not this claim's now becomes so only when somebody acts. */
const CONFLICT_PAUSE_MS = 120_000

/** Marks the instance as the claim's, after `justify` has looked at the claim once more; the cloud checks the proof. */
export async function adoptEffect<T extends KubernetesObject>(
  pass: Pass<T>,
  justify: () => Promise<void>,
): Promise<void> {
  const { cloud, instances } = pass.dependencies
  const { claim, namesake } = pass.seen
  if (!namesake?.madeByKaito || claim.providerID === undefined) throw nameConflict(claim.instanceName)
  await justify()
  const { instanceName: name, uid: claimUid, createdAt: claimCreatedAt, providerID } = claim
  const mark = { claimUid, claimCreatedAt, launch: failedLaunches(claim).last + 1 }
  try {
    await cloud.adopt({ name, providerID, ...mark }, pass.call)
  } catch (error) {
    throw error instanceof CloudError && error.reason === 'NameConflict' ? nameConflict(name, error) : error
  }
  // The cloud is busy with the mark; the next list tells when that is over.
  instances.noteRead(name, { ...namesake, ...mark, madeByKaito: false, state: 'Busy' })
  const message = `The instance ${name}, which KAITO's own provisioner made for this claim, is looked after from now on`
  tellOfClaim(pass, { type: 'Normal', reason: 'Adopted', message })
}

function nameConflict(name: string, cause?: CloudError): CloudError {
  const message = cause ? `${strangerMessage({ name, claimUid: undefined })} (${cause.message})` : undefined
  return new CloudError('NameConflict', message ?? strangerMessage({ name, claimUid: undefined }), {
    retryAfterMs: CONFLICT_PAUSE_MS,
    cause,
  })
}
