import { TERMINATION_FINALIZER } from '@kaito/api'
import type { Evidence } from '../evidence.ts'
import { tagsOf } from '../pool-record.ts'
import type { WireCall } from '../wire.ts'
import type { Check, Complain } from './check.ts'

const HOUR_MS = 3_600_000

/** What must hold whenever money starts to flow. */
export function launchChecks(evidence: Evidence, complain: Complain): Check {
  return {
    onArrival(call) {
      if (call.side !== 'arm' || call.verb !== 'create') return
      justified(evidence, call, complain)
      repeated(call, complain)
    },
    onAnswer(call, { status }) {
      if (call.side === 'arm' && call.verb === 'create' && status < 300) counted(evidence, call, complain)
    },
  }
}

/** I4, I6, I21, I24: the claim, read uncached right before, is held, alive and the one in the tags. */
function justified(evidence: Evidence, { process, name = '', body = '' }: WireCall, complain: Complain): void {
  const read = evidence.lastRead(process, name)
  if (!read) complain('I24', `${process} launches ${name} without reading the claim first`)
  else if (!read.object) complain('I6', `${process} launches ${name}, which it has just seen gone`)
  if (!read?.object) return
  const { metadata } = read.object
  if (metadata.deletionTimestamp) complain('I6', `${process} launches ${name}, which is being deleted`)
  if (!metadata.finalizers?.includes(TERMINATION_FINALIZER))
    complain('I4', `${process} launches ${name}, held by nobody`)
  const { claimUid } = tagsOf(body)
  if (claimUid !== metadata.uid) complain('I21', `${process} launches ${name} for ${claimUid}, not ${metadata.uid}`)
}

/** I7, I20, I22: a create changes nothing that exists, whoever sends it and however often. */
function repeated({ process, name = '', headers }: WireCall, complain: Complain): void {
  if (headers['if-none-match'] === '*' || headers['if-match'] !== undefined) return
  complain('I22', `${process} sends a create of ${name} that would change a pool which exists`)
}

/** I1, I16, I17. */
function counted(evidence: Evidence, { process, name = '', body = '' }: WireCall, complain: Complain): void {
  const { claimUid = '' } = tagsOf(body)
  const own = [...evidence.pools().values()].filter((pool) => pool.claimUid === claimUid)
  if (own.length > 1) complain('I1', `${own.map((pool) => pool.name).join(' and ')} serve the claim ${claimUid}`)
  const lost = evidence.user.lostPools.get(name) ?? 0
  const launches = evidence.launches(claimUid)
  const allowed = evidence.settings.maxFailedLaunches + lost
  if (launches.length > allowed) complain('I17', `${process} launches ${name} for the ${launches.length}th time`)
  const lately = launches.filter((at) => evidence.now() - at < HOUR_MS).length
  if (lately > 3 + lost) complain('I16', `${name} was created ${lately} times within an hour`)
}
