import type { Difference } from './difference.ts'
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.ts'
import type { Step } from './step.ts'

/** Entries of the list that explained something since this process started. */
export const seenDifferences = new Set<KnownDifference>()

/** Leaves what no entry of the list of known differences explains. */
export function explain(step: Step, found: Difference[]): Difference[] {
  return found.filter((difference) => {
    const known = KNOWN_DIFFERENCES.find((entry) => entry.matches(step, difference))
    if (known !== undefined) seenDifferences.add(known)
    return known === undefined
  })
}
