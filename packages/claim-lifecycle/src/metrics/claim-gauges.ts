import type { Instance } from '@kaito/cloud-provider'
import type { Metrics, Reading } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { createBoundedLabel } from './bounded-label.ts'
import { PHASES, phaseOf, waitingReason } from './phase.ts'

/** All claims of one kind, as they are now. */
interface ClaimCensus {
  kind: string
  claims: readonly Claim[]
}

interface Options {
  metrics: Metrics
  /** Nothing while another process does the work. */
  census: () => ClaimCensus[]
  instanceOf: (claim: Claim) => Instance | undefined
  maxFailedLaunches: number
  /** Wall clock milliseconds. */
  now: () => number
}

/** Shows how many claims stand where, what they wait for, and for how long. */
export function showClaims({ metrics, census, instanceOf, maxFailedLaunches, now }: Options): void {
  const reasonLabel = createBoundedLabel()
  const byReason: Ages['byReason'] = (value) =>
    census().flatMap(({ kind, claims }) =>
      [...waiting(claims, reasonLabel)].map(([reason, those]) => ({ labels: { kind, reason }, value: value(those) })),
    )
  metrics.gauge(
    { name: 'gpu_provisioner_claims', help: 'Claims by phase of their life', labels: ['kind', 'phase'] },
    () =>
      census().flatMap(({ kind, claims }) => {
        const phases = claims.map((claim) => phaseOf(claim, instanceOf(claim)?.state, maxFailedLaunches))
        return PHASES.map((phase) => ({
          labels: { kind, phase },
          value: phases.filter((one) => one === phase).length,
        }))
      }),
  )
  metrics.gauge(
    {
      name: 'gpu_provisioner_claims_waiting',
      help: 'Claims that are not usable yet, by the reason of the first step that is not met',
      labels: ['kind', 'reason'],
    },
    () => byReason((claims) => claims.length),
  )
  const oldest = (claims: readonly Claim[], since: (claim: Claim) => string | undefined) =>
    Math.max(0, ...claims.map((claim) => (now() - Date.parse(since(claim) ?? '')) / 1000).filter(Number.isFinite))
  showAges({ metrics, census, oldest, byReason })
}

interface Ages extends Pick<Options, 'metrics' | 'census'> {
  oldest: (claims: readonly Claim[], since: (claim: Claim) => string | undefined) => number
  /** A value of the claims that wait for the same, for each kind and reason. */
  byReason: (value: (claims: readonly Claim[]) => number) => Reading<'kind' | 'reason'>[]
}

function showAges({ metrics, census, oldest, byReason }: Ages): void {
  metrics.gauge(
    {
      name: 'gpu_provisioner_oldest_waiting_claim_seconds',
      help: 'Age of the oldest claim that is not usable yet, by the reason of its first step that is not met',
      labels: ['kind', 'reason'],
    },
    () => byReason((claims) => oldest(claims, ({ createdAt }) => createdAt)),
  )
  metrics.gauge(
    {
      name: 'gpu_provisioner_oldest_deletion_seconds',
      help: 'How long ago the claim was deleted that has waited longest for its end; 0 when none waits',
      labels: ['kind'],
    },
    (): Reading<'kind'>[] =>
      census().map(({ kind, claims }) => ({
        labels: { kind },
        value: oldest(
          claims.filter(({ deletedAt, held }) => deletedAt !== undefined && held),
          ({ deletedAt }) => deletedAt,
        ),
      })),
  )
}

function waiting(claims: readonly Claim[], label: (reason: string) => string): Map<string, Claim[]> {
  const byReason = new Map<string, Claim[]>()
  for (const claim of claims) {
    const reason = waitingReason(claim)
    if (reason === undefined) continue
    const shown = label(reason)
    byReason.set(shown, [...(byReason.get(shown) ?? []), claim])
  }
  return byReason
}
