import type { EmulatorCore } from '@kaito/azure-emulator'
import type { LifecycleSettings } from '../../packages/claim-lifecycle/src/index.ts'
import type { ClaimKind } from './claim-kind.ts'
import type { History } from './history.ts'
import { createPoolRecord, type PoolFacts } from './pool-record.ts'
import { type ClaimRead, createReadRecord } from './read-record.ts'
import type { WireAnswer, WireCall } from './wire.ts'

/** Time in which a claim existed. */
interface ClaimLife {
  name: string
  uid: string
  from: number
  to: number | undefined
}

/** What people did, past the processes. */
interface UserRecord {
  /** UIDs of claims whose finalizers somebody took off. */
  stripped: Set<string>
  /** UIDs of Nodes that somebody deleted. */
  deletedNodes: Set<string>
  /** How often somebody deleted a pool of that name, or machines of it. */
  lostPools: Map<string, number>
}

/** All that the checks go by: never what a process believes. */
export interface Evidence {
  kind: ClaimKind
  settings: LifecycleSettings
  history: History
  user: UserRecord
  now(): number
  pools(): ReadonlyMap<string, PoolFacts>
  lives(): readonly ClaimLife[]
  /** The last uncached answer about a claim that this process got since its last change there; undefined without one. */
  lastRead(process: string, claim: string): ClaimRead | undefined
  /** Whether the pool of that name was somebody else's at that time. */
  isForeign(name: string, at: number): boolean
  /** Accepted creates by claim UID, as times. */
  launches(claimUid: string): readonly number[]
  /** Milliseconds without a fault of any kind. */
  calmMs(): number
  disturbed(untilMs?: number): void
}

/** Keeps the evidence; it is told what processes read. */
export interface EvidenceKeeper extends Evidence {
  onAnswer(call: WireCall, answer: WireAnswer): void
}

interface Options {
  kind: ClaimKind
  settings: LifecycleSettings
  history: History
  azure: EmulatorCore
  now: () => number
}

export function createEvidence({ kind, settings, history, azure, now }: Options): EvidenceKeeper {
  const pools = createPoolRecord(azure)
  const reads = createReadRecord(kind.kind.plural, now)
  const lives: ClaimLife[] = []
  let disturbedUntil = now()

  history.onChange(({ kind: changed, type, object }) => {
    const { name, uid = '' } = object.metadata
    const known = lives.find((life) => life.uid === uid)
    if (changed !== 'claim') return
    if (type === 'DELETED' && known) known.to = now()
    else if (!known) lives.push({ name, uid, from: now(), to: undefined })
  })

  return {
    kind,
    settings,
    history,
    user: { stripped: new Set(), deletedNodes: new Set(), lostPools: new Map() },
    now,
    pools: pools.live,
    lives: () => lives,
    lastRead: reads.last,
    isForeign: pools.isForeign,
    launches: pools.launches,
    calmMs: () => now() - disturbedUntil,
    disturbed: (untilMs = now()) => {
      disturbedUntil = Math.max(disturbedUntil, untilMs)
    },
    onAnswer: reads.onAnswer,
  }
}
