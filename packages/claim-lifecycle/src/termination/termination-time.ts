import { TERMINATION_TIMESTAMP_ANNOTATION, timestamp } from '@kaito/api'
import type { Claim } from '../claim/claim.ts'

/** The last second that RFC 3339 can write: nobody lives to see a longer grace period. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59)

/**
 * By when the pods of a claim that ends are gone, in wall clock milliseconds: as somebody wrote it down, else as its
 * grace period has it. Undefined sets no such time, and never while the claim lives.
 */
export function terminationTimeMs({ annotations, deletedAt, terminationGracePeriodMs }: Claim): number | undefined {
  if (deletedAt === undefined) return undefined
  const written = Date.parse(annotations[TERMINATION_TIMESTAMP_ANNOTATION] ?? '')
  if (!Number.isNaN(written)) return written
  return terminationGracePeriodMs === undefined
    ? undefined
    : Math.min(LATEST_MS, Date.parse(deletedAt) + terminationGracePeriodMs)
}

/** The time to write down, RFC 3339 to the second; undefined where one stands or none is asked for. */
export function terminationTimeToWrite(claim: Claim): string | undefined {
  if (claim.annotations[TERMINATION_TIMESTAMP_ANNOTATION] !== undefined) return undefined
  const timeMs = terminationTimeMs(claim)
  return timeMs === undefined ? undefined : timestamp(timeMs)
}
