import type { Workload } from './workload.ts'

/** On a workload: when it was made or last changed by us, RFC 3339. */
export const STARTED_AT_ANNOTATION = 'kaito.sh/started-at'

/** From when on the workload may be expected to answer, in milliseconds since the epoch; NaN where nothing says. */
export function startedAt({ metadata }: Workload): number {
  return Date.parse(metadata.annotations?.[STARTED_AT_ANNOTATION] ?? metadata.creationTimestamp ?? '')
}
