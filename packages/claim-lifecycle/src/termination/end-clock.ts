import type { Observed } from '../lifecycle/observed.ts'
import type { Stopwatches } from '../lifecycle/stopwatches.ts'
import { isLeaving } from '../node/node-facts.ts'
import { terminationTimeMs } from './termination-time.ts'

type Seen = Pick<Observed, 'claim' | 'nodes' | 'now' | 'settings'>

/**
 * The time by which the end of a claim's nodes is judged, in wall clock milliseconds: that of the deletion, and from then
 * on by the clock that nobody sets. A jump of the wall clock would end every drain at once.
 */
export function endClockMs(seen: Seen, stopwatches: Stopwatches): number {
  const { claim, now, settings } = seen
  const since = endBeganAt(seen)
  const key = stopwatchOf(claim.name)
  if (since === undefined) {
    stopwatches.forget(key)
    return now
  }
  const limitMs = (terminationTimeMs(claim) ?? since + settings.drainDeadlineMs) - since
  return since + stopwatches.elapsedMs(key, { state: `${claim.uid} ${since}`, recordedMs: now - since, limitMs })
}

/** Key of the stopwatch of a claim's end, to forget it by. */
export function stopwatchOf(claimName: string): string {
  return `end of ${claimName}`
}

function endBeganAt({ claim, nodes }: Seen): number | undefined {
  const leaving = nodes.filter(isLeaving).map(({ metadata }) => metadata.deletionTimestamp)
  const dates = [claim.deletedAt, ...leaving].flatMap((date) => (date === undefined ? [] : [Date.parse(date)]))
  return dates.length > 0 ? Math.min(...dates) : undefined
}
