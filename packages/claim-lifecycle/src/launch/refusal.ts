import type { Reason } from '@kaito/api'
import type { CloudError } from '@kaito/cloud-provider'

/** Passing by itself, within moments: not worth a record on the claim, nor its detail (which changes every time). */
const TRANSIENT: Partial<Record<Reason, string>> = {
  Throttled: 'the cloud asks for fewer requests; the request is repeated as soon as it allows',
  ClusterBusy: 'the cluster is being changed; the launch is repeated as soon as the cloud allows',
  CloudUnreachable: 'the cloud does not answer; the launch is repeated until it does',
}

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
  const remedy = error.remedy ? `. ${error.remedy}` : ''
  const notBeforeMs = now + Math.max(waitMs, retryAfterMs ?? 0)
  return { reason, message: `${error.message}${remedy}`, notBeforeMs, retryAfterMs }
}
