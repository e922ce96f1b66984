import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { type KubernetesObject, keyOf, parseKey } from '@kaito/controller-kit'
import { backoffMs } from '../launch/backoff.ts'
import { launchFirst } from '../launch/launch-first.ts'
import { refusalAnnotation, refusals } from '../launch/launch-record.ts'
import { launchRefusal } from '../launch/refusal.ts'
import { overLimit } from '../launch/spend-limit.ts'
import { type Pass, tellOfClaim } from './pass.ts'

/** Spends money: asks for the first choice the cloud accepts, after `justify` has looked at the claim once more. */
export async function launchEffect<T extends KubernetesObject>(
  pass: Pass<T>,
  specs: readonly InstanceSpec[],
  justify: () => Promise<void>,
): Promise<void> {
  const { absences, choiceRefusals, cloud, clock, instances, settings } = pass.dependencies
  const { claim, now } = pass.seen
  const times = refusals(claim).times + 1
  const waitMs = backoffMs(times, settings.refusalBackoff)
  await justify()
  let takeBack: (() => void) | undefined
  try {
    await keepLimits(pass)
    takeBack = absences.launchSent(claim.uid)
    instances.noteLaunched(await launchFirst(specs, { cloud, choiceRefusals, now: clock.now(), waitMs }, pass.call))
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    if (!isUncertain(error)) takeBack?.()
    // The request may have arrived all the same: only a list can tell.
    else instances.noteUncertain(claim.uid)
    const refusal = launchRefusal(error, now, waitMs)
    pass.outcome.refusal = refusal
    await recordRefusal(pass, times)
  }
}

/** The cloud did not say whether it carried the request out. */
function isUncertain({ reason }: CloudError): boolean {
  return reason === 'CloudUnreachable' || reason === 'Unknown'
}

async function keepLimits<T extends KubernetesObject>(pass: Pass<T>): Promise<void> {
  const { client, adapter, settings } = pass.dependencies
  if (settings.maxNodes === undefined && settings.maxGpus === undefined) return
  const stored = await client.list(adapter.resource, { signal: pass.call.signal })
  const message = overLimit(pass.seen.claim, stored.map(adapter.read), settings)
  if (message !== undefined) {
    throw new CloudError('LimitReached', message, { remedy: 'Delete claims that are not needed or raise the limit' })
  }
}

/** So that a restart does not ask the cloud again too early. */
async function recordRefusal<T extends KubernetesObject>(pass: Pass<T>, times: number): Promise<void> {
  const { adapter, client, claims } = pass.dependencies
  const { refusal } = pass.outcome
  if (refusal?.notBeforeMs === undefined) return
  const { reason, message, notBeforeMs } = refusal
  const annotations = refusalAnnotation(pass.seen.claim, { times, notBeforeMs, reason, message })
  const key = parseKey(keyOf(pass.current))
  pass.current = await client.mergePatch(adapter.resource, key, { metadata: { annotations } }, pass.call)
  claims.observe(pass.current)
  tellOfClaim(pass, { type: 'Warning', reason, message })
}
