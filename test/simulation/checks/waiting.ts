import type { KubeObject } from '@kaito/local-cluster'
import type { Evidence } from '../evidence.ts'
import { conditionOf } from '../history.ts'
import type { PoolFacts } from '../pool-record.ts'
import type { WireCall } from '../wire.ts'
import type { Check, Complain } from './check.ts'

const MINUTE_MS = 60_000
const LOOK_EVERY_MS = 10_000
/** A claim may be silent for so long. */
const SILENT_MS = 5 * MINUTE_MS
const SLACK_MS = 3 * MINUTE_MS

/** What must not go on for long. */
export function waitingChecks(evidence: Evidence, complain: Complain): Check {
  const notBefore = new Map<string, number>()
  let lookedAt = 0
  return {
    onArrival(call) {
      const until = notBefore.get(`${call.process}/${call.name}`) ?? 0
      const isEarly = call.side === 'arm' && call.isWrite && evidence.now() < until
      if (isEarly) complain('I9s', `${call.process} comes back for ${call.name} before Azure's Retry-After is over`)
    },
    onAnswer(call, { status, headers }) {
      const seconds = Number(retryAfter(headers))
      const isTold = call.side === 'arm' && call.isWrite && status === 429 && seconds > 0
      if (isTold) notBefore.set(keyOf(call), evidence.now() + seconds * 1000)
    },
    onTime() {
      if (evidence.now() - lookedAt < LOOK_EVERY_MS) return
      lookedAt = evidence.now()
      for (const pool of evidence.pools().values()) orphaned(evidence, pool, complain)
      for (const claim of evidence.history.claims.values()) explained(evidence, claim, complain)
    },
  }
}

const keyOf = ({ process, name }: WireCall) => `${process}/${name}`

function retryAfter(headers: Record<string, string>): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
}

/** I2: a pool of ours whose claim does not exist goes, once everything has been well for as long as we ask for. */
function orphaned(evidence: Evidence, { name, claimUid, since }: PoolFacts, complain: Complain): void {
  const life = evidence.lives().find(({ uid }) => uid === claimUid)
  if (claimUid === undefined || (life && life.to === undefined)) return
  const { settleMs, periodMs, graceMs } = evidence.settings.garbageCollection
  const limitMs = settleMs + 2 * periodMs + graceMs + SLACK_MS
  const sinceMs = evidence.now() - Math.max(since, life?.to ?? 0)
  if (sinceMs > limitMs && evidence.calmMs() > limitMs)
    complain('I2', `the pool ${name} has been without its claim for ${Math.round(sinceMs / MINUTE_MS)} minutes`)
}

/** I27, I9: whoever waits can read why. */
function explained(evidence: Evidence, claim: KubeObject, complain: Complain): void {
  const { name, deletionTimestamp, creationTimestamp = '' } = claim.metadata
  const sinceMs = evidence.now() - Date.parse(deletionTimestamp ?? creationTimestamp)
  const slowMs = SILENT_MS + (deletionTimestamp === undefined ? 0 : 2 * MINUTE_MS)
  if (sinceMs < slowMs || evidence.calmMs() < slowMs) return
  const ready = conditionOf(claim, 'Ready')
  if (deletionTimestamp === undefined && ready?.status === 'True') return
  if (ready && ready.status !== 'True' && ready.reason) return
  // A NodeClaim tells the stages of its end one by one.
  if (deletionTimestamp !== undefined && conditionOf(claim, 'InstanceTerminating')?.message) return
  complain(deletionTimestamp === undefined ? 'I27' : 'I9', `the claim ${name} waits and does not say why`)
}
