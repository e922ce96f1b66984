import type { EmulatorCore, LedgerEntry } from '@kaito/azure-emulator'

/** A pool that exists, from Azure's own account. */
export interface PoolFacts {
  name: string
  /** UID of the claim in its tags; undefined for one that is not ours. */
  claimUid: string | undefined
  launch: number | undefined
  since: number
  /** Somebody has asked for its end. */
  isLeaving: boolean
}

const CLAIM_UID_TAG = 'kaito-claim-uid'
const LAUNCH_TAG = 'kaito-launch'

/** The pools there are, the launches there were, from Azure's ledger. */
interface PoolRecord {
  live(): ReadonlyMap<string, PoolFacts>
  /** Times of the accepted creates for a claim. */
  launches(claimUid: string): readonly number[]
  /** Whether the pool of that name was somebody else's at that time. */
  isForeign(name: string, at: number): boolean
}

export function createPoolRecord(azure: EmulatorCore): PoolRecord {
  const live = new Map<string, PoolFacts>()
  const launches = new Map<string, number[]>()
  const foreign: { name: string; from: number; to: number }[] = []
  let read = 0

  function put({ pool: name, at, status, tags = {} }: LedgerEntry): void {
    const { [CLAIM_UID_TAG]: claimUid, [LAUNCH_TAG]: launch } = tags
    const facts = { name, claimUid, launch: launch === undefined ? undefined : Number(launch) }
    const since = Date.parse(at)
    live.set(name, { since, isLeaving: false, ...(status !== 201 && live.get(name)), ...facts })
    if (status === 201) launches.set(claimUid ?? '', [...(launches.get(claimUid ?? '') ?? []), since])
  }

  function remove({ pool: name }: LedgerEntry): void {
    const pool = live.get(name)
    if (pool) live.set(name, { ...pool, isLeaving: true })
  }

  function gone({ pool: name, at }: LedgerEntry): void {
    live.delete(name)
    for (const span of foreign) if (span.name === name) span.to = Math.min(span.to, Date.parse(at))
  }

  function outOfBand(entry: LedgerEntry): void {
    if (entry.detail === 'delete') remove(entry)
    if (entry.detail !== 'create') return
    const { pool: name, at } = entry
    const pool = { name, claimUid: undefined, launch: undefined, since: Date.parse(at), isLeaving: false }
    live.set(name, pool)
    foreign.push({ name, from: pool.since, to: Number.POSITIVE_INFINITY })
  }

  function take(entry: LedgerEntry): void {
    const isAccepted = (entry.status ?? 500) < 300
    if (entry.op === 'gone') gone(entry)
    else if (entry.op === 'outOfBand') outOfBand(entry)
    else if (entry.op === 'put' && isAccepted) put(entry)
    else if (entry.op === 'delete' && isAccepted) remove(entry)
  }

  function catchUp(): void {
    const entries = azure.ledger.entries()
    entries.slice(read).forEach(take)
    read = entries.length
  }

  return {
    live() {
      catchUp()
      return live
    },
    launches(claimUid) {
      catchUp()
      return launches.get(claimUid) ?? []
    },
    isForeign: (name, at) => foreign.some((span) => span.name === name && span.from <= at && at < span.to),
  }
}

/** Claim UID and launch in the body of a create. */
export function tagsOf(body: string): { claimUid: string | undefined; launch: string | undefined } {
  const { properties = {} } = JSON.parse(body) as { properties?: { tags?: Record<string, string> } }
  return { claimUid: properties.tags?.[CLAIM_UID_TAG], launch: properties.tags?.[LAUNCH_TAG] }
}
