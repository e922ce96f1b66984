import { RETRY_ANNOTATION } from '@kaito/api'
import { isAhead, spreadMs } from '../launch/backoff.ts'
import { failedLaunches, refusals } from '../launch/launch-record.ts'
import { everyChoiceRefused } from '../launch/refusal.ts'
import type { Observed } from './observed.ts'

/** What keeps a claim from being launched. */
export interface Waiting {
  reason: string
  message: string
  /** Undefined when only a change of claim or class can help: then that brings the next pass. */
  revisitAfterMs?: number | undefined
}

/** Why the cloud is not even asked now; `unknown` while that cannot be told yet, undefined when it may be asked. */
export function launchObstacle(seen: Observed): Waiting | 'unknown' | undefined {
  return (
    givenUp(seen) ?? classObstacle(seen) ?? faultObstacle(seen) ?? recordedRefusal(seen) ?? rememberedRefusals(seen)
  )
}

function givenUp({ claim, settings }: Observed): Waiting | undefined {
  const { counted, reason, message: last } = failedLaunches(claim)
  if (counted < settings.maxFailedLaunches) return undefined
  const remedy = `change the spec or set the annotation ${RETRY_ANNOTATION} to a new value to start again`
  return {
    reason,
    message: `${counted} launches failed, the last one so: ${last}. Nothing is launched any more: ${remedy}`,
  }
}

function classObstacle({ class: named }: Observed): Waiting | 'unknown' | undefined {
  if (named.found) return named.fault === undefined ? undefined : { reason: 'InvalidRequest', message: named.fault }
  if (named.why === 'unknown') return 'unknown'
  const why =
    named.why === 'missing'
      ? 'does not exist'
      : 'cannot exist: its definition agentpoolclasses.kaito.sh is not installed'
  const message = `the AgentPoolClass ${named.name} ${why}. Create it, and the launch goes on by itself`
  return { reason: 'ClassNotFound', message }
}

function faultObstacle({ fault }: Observed): Waiting | undefined {
  return fault === undefined ? undefined : { reason: 'InvalidRequest', message: fault }
}

function recordedRefusal({ claim, now }: Observed): Waiting | undefined {
  const { notBeforeMs, reason, message } = refusals(claim)
  if (!isAhead(notBeforeMs, now)) return undefined
  return { reason, message: withNextTry(message, notBeforeMs), revisitAfterMs: notBeforeMs - now }
}

/** The time in the words is the same for all that wait for it; each comes back at its turn after it. */
function rememberedRefusals({ choices, refused, turn, now, settings }: Observed): Waiting | undefined {
  const known = choices.flatMap((choice, index) => {
    const refusal = refused[index]
    return refusal ? [{ choice, refusal }] : []
  })
  const all = known.length === choices.length ? everyChoiceRefused(known) : undefined
  if (!all) return undefined
  const { reason, message, untilMs } = all
  const revisitAfterMs = untilMs - now + spreadMs(turn, settings.refusalBackoff)
  return { reason, message: withNextTry(message, untilMs), revisitAfterMs }
}

export function withNextTry(message: string, atMs: number): string {
  return `${message.replace(/\.$/, '')}; next try at ${new Date(atMs).toISOString()}`
}
