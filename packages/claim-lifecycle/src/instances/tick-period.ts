const SHORTEST_MS = 1_000
const LONGEST_BUSY_MS = 30_000
const QUIET_MS = 120_000
/** How late we may learn of an end, as a share of the time the operation has taken already. */
const LATENESS = 0.05

/** Milliseconds to the next list, from the ages of the cloud's running operations. */
export function tickPeriodMs(operationAgesMs: readonly number[]): number {
  if (operationAgesMs.length === 0) return QUIET_MS
  return Math.min(LONGEST_BUSY_MS, Math.max(SHORTEST_MS, Math.min(...operationAgesMs) * LATENESS))
}
