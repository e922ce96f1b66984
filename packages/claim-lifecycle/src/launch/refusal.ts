import type { Reason } from '@kaito/api'
import type { CloudError } from '@kaito/cloud-provider'
import type { LaunchChoice } from '../claim/claim.ts'
import type { RefusedChoice } from './choice-refusals.ts'

/** Passing by itself, within moments: not worth a record on the claim, nor its detail (which changes every time). */
const TRANSIENT: Partial<Record<Reason, string>> = {
  Throttled: 'the cloud asks for fewer requests; the request is repeated as soon as it allows',
  ClusterBusy: 'the cluster is being changed; the launch is repeated as soon as the cloud allows',
  CloudUnreachable: 'the cloud does not answer; the launch is repeated until it does',
}
/** Conditions hold 800 characters, and the time of the next try must fit behind. */
const MESSAGE_LIMIT = 700
const ONE_OF_MANY_LIMIT = 160

/** Whether to say nothing lasting of it: the next try may well succeed, with nobody having done anything. */
export const passesByItself = (reason: Reason): boolean => reason in TRANSIENT

export interface LaunchRefusal {
  reason: Reason
  message: string
  /** Wall clock milliseconds; undefined for a refusal that passes by itself. */
  notBeforeMs: number | undefined
  retryAfterMs: number | undefined
}

/** What a cloud's no means for the claim. `waitMs` is how long a lasting refusal keeps us from asking again. */
export function launchRefusal(error: CloudError, now: number, waitMs: number): LaunchRefusal {
  const { reason, retryAfterMs } = error
  const passing = TRANSIENT[reason]
  if (passing) return { reason, message: passing, notBeforeMs: undefined, retryAfterMs }
  const notBeforeMs = now + Math.max(waitMs, retryAfterMs ?? 0)
  return { reason, message: refusalMessage(error), notBeforeMs, retryAfterMs }
}

/** The cloud's words and what the user can do, short enough for a condition. */
export function refusalMessage({ message, remedy }: CloudError): string {
  return shortened(remedy ? `${message}. ${remedy}` : message, MESSAGE_LIMIT)
}

/** What it means that every choice is refused: each with its reason, and the time when the first is worth a try. */
export function everyChoiceRefused(
  refused: readonly RefusedChoice[],
): { reason: Reason; message: string; untilMs: number } | undefined {
  const [first, ...others] = refused
  if (!first) return undefined
  const untilMs = Math.min(...refused.map(({ refusal }) => refusal.until))
  const { reason, message } = first.refusal
  if (others.length === 0) return { reason, message, untilMs }
  return { reason, message: listed(refused), untilMs }
}

/** As many of the choices as a condition can hold; how many more there are is said. */
function listed(refused: readonly RefusedChoice[]): string {
  let text = `none of ${refused.length} choices can be had now`
  let left = refused.length
  for (const { choice, refusal } of refused) {
    const next = `; ${choiceText(choice)}: ${refusal.reason}, ${shortened(refusal.message, ONE_OF_MANY_LIMIT)}`
    if (text.length + next.length > MESSAGE_LIMIT - 20) break
    text += next
    left -= 1
  }
  return left > 0 ? `${text}; and ${left} more` : text
}

/** A choice as people read it: the size, and what is not the default. */
export function choiceText({ instanceType, capacityType, zone }: LaunchChoice): string {
  const details = [...(capacityType === 'spot' ? ['spot'] : []), ...(zone === undefined ? [] : [`zone ${zone}`])]
  return details.length > 0 ? `${instanceType} (${details.join(', ')})` : instanceType
}

export function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text
}
