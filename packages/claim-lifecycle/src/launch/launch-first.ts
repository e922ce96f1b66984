import { type Call, CloudError, type CloudProvider, type InstanceSpec } from '@kaito/cloud-provider'
import type { ChoiceRefusals } from './choice-refusals.ts'

interface Launching {
  cloud: CloudProvider
  choiceRefusals: ChoiceRefusals
  now: number
  /** How long a choice that is refused now is not asked for again, by any claim. */
  waitMs: number
}

/**
 * Launches the first of the specs that the cloud accepts, and resolves with it.
 *
 * @throws CloudError the last refusal, when every choice was refused, or at once one that is not about the choice.
 */
export async function launchFirst(
  specs: readonly InstanceSpec[],
  launching: Launching,
  call: Call,
): Promise<InstanceSpec> {
  const { cloud, choiceRefusals, now, waitMs } = launching
  let last = new CloudError('InvalidRequest', 'there is nothing to choose from')
  for (const spec of specs) {
    try {
      await cloud.launch(spec, call)
      choiceRefusals.forget(spec)
      return spec
    } catch (error) {
      if (!(error instanceof CloudError) || !error.choice) throw error
      const until = now + Math.max(waitMs, error.retryAfterMs ?? 0)
      choiceRefusals.remember(spec, { reason: error.reason, message: error.message, until })
      last = error
    }
  }
  throw last
}
