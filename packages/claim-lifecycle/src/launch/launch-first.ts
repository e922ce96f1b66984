import { type Call, CloudError, type CloudProvider, type InstanceSpec } from '@kaito/cloud-provider'
import { rememberMs } from './backoff.ts'
import type { ChoiceRefusals, RefusedChoice } from './choice-refusals.ts'
import { refusalMessage } from './refusal.ts'

interface Launching {
  cloud: CloudProvider
  choiceRefusals: ChoiceRefusals
  clock: { now(): number }
  /** How long a choice that is refused now is not asked for again, by any claim, where the cloud does not say. */
  waitMs: number
  /** Asks for what was refused before, too. */
  askAnew: boolean
  backoff: { baseMs: number; capMs: number }
}

interface LaunchOutcome {
  /** What the cloud will make; undefined when every choice is refused. */
  accepted: InstanceSpec | undefined
  /** What the cloud refused just now, in the order asked; what was refused before is not asked for. */
  refused: RefusedChoice[]
}

/**
 * Launches the first of the specs that the cloud accepts.
 *
 * @throws CloudError at once for a refusal that is not about the choice.
 */
export async function launchFirst(
  specs: readonly InstanceSpec[],
  launching: Launching,
  call: Call,
): Promise<LaunchOutcome> {
  const { cloud, choiceRefusals, clock, askAnew } = launching
  const refused: RefusedChoice[] = []
  for (const spec of specs) {
    // Other claims may have been refused the same since this pass decided.
    if (!askAnew && choiceRefusals.of(spec, clock.now())) continue
    try {
      await cloud.launch(spec, call)
      choiceRefusals.forget(spec)
      return { accepted: spec, refused }
    } catch (error) {
      if (!(error instanceof CloudError) || !error.choice) throw error
      refused.push(remembered(spec, error, launching))
    }
  }
  return { accepted: undefined, refused }
}

function remembered(spec: InstanceSpec, error: CloudError, launching: Launching): RefusedChoice {
  const { choiceRefusals, clock, waitMs, backoff } = launching
  const { instanceType, capacityType, zone } = spec
  const choice = { instanceType, capacityType, zone }
  const until = clock.now() + rememberMs(error.retryAfterMs, waitMs, backoff)
  const refusal = { reason: error.reason, message: refusalMessage(error), until }
  choiceRefusals.remember(choice, refusal)
  return { choice, refusal }
}
