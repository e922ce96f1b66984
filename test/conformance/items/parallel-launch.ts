import type { Life } from '../evidence.ts'
import { firstWith } from '../timeline.ts'
import { seconds } from './node-story.ts'

/** One launch after the other would make the second take about twice as long as the first. */
const LATEST_FACTOR = 1.7
/** What a busy cluster may add to a launch. */
const SLACK_MS = 10_000

/** Milliseconds from creation to the first sight of a provider ID; undefined where there was none. */
export function launchTimes(lives: readonly Life[]): (number | undefined)[] {
  return lives.map(({ claim, acts }) => {
    const launchedAtMs = firstWith(claim, ({ status }) => status.providerID !== '')?.atMs
    return launchedAtMs === undefined || acts.created === undefined ? undefined : launchedAtMs - acts.created
  })
}

/** What speaks against launches that run side by side. */
export function parallelFault(times: readonly (number | undefined)[]): string | undefined {
  const known = times.filter((time) => time !== undefined)
  if (known.length < times.length) return `${times.length - known.length} of ${times.length} were not launched`
  const [shortest, longest] = [Math.min(...known), Math.max(...known)]
  return longest > shortest * LATEST_FACTOR + SLACK_MS
    ? `${seconds(shortest)} for one, ${seconds(longest)} for the other`
    : undefined
}
