import type { Claim } from '../claim/claim.ts'
import type { ClaimReport } from '../claim/claim-adapter.ts'

const SETTLE_MS = 2_000

/**
 * How long to wait before this report is worth a write: a node on its way passes through several reasons within moments,
 * and only the one it stays with is news. Zero to write now.
 */
export function settlingMs({ steps }: Claim, report: ClaimReport, now: number): number {
  const { launched, registered, initialized } = steps
  const isWaiting = launched?.met && registered?.met && initialized && !initialized.met
  if (!isWaiting || !report.registered?.met || !report.initialized || report.initialized.met) return 0
  // Some kinds date only what is met: then the registration began the waiting.
  const since = Math.max(initialized.sinceMs ?? 0, registered.sinceMs ?? 0)
  const left = since + SETTLE_MS - now
  return Math.min(SETTLE_MS, Math.max(0, left))
}
