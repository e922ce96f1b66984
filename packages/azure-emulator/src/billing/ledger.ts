import type { Clock } from '../clock/clock.ts'

/** One event in the life of a pool: a request that asked for a change, or what Azure did about it later. */
export interface LedgerEntry {
  /** RFC 3339, in the emulator's time. */
  at: string
  op:
    | 'put'
    | 'delete'
    | 'deleteMachines'
    | 'upgradeNodeImage'
    | 'abort'
    | 'succeeded'
    | 'failed'
    | 'canceled'
    | 'gone'
    | 'outOfBand'
  pool: string
  vmSize?: string
  count?: number
  tags?: Record<string, string>
  /** SHA-256 of the request body as sent, in hex. */
  bodyHash?: string
  /** Client id of the token; `azure` for what Azure did by itself. */
  caller: string
  correlationId?: string
  clientRequestId?: string
  etag?: string
  /** HTTP status of the answer. */
  status?: number
  /** Error code, or what an out-of-band change did. */
  detail?: string
}

/** Machines of one pool that bill from an accepted PUT until they are gone. */
export interface BillingInterval {
  pool: string
  vmSize: string
  gpusPerMachine: number
  machines: number
  from: string
  /** Absent while it still bills. */
  to?: string
}

interface Billable {
  name: string
  vmSize: string
  gpus: number
  machines: number
}

export interface Ledger {
  entries(): readonly LedgerEntry[]
  intervals(): readonly BillingInterval[]
  /** GPU minutes billed so far, in the emulator's time; of one pool name, or of all. */
  gpuMinutes(pool?: string): number
  /** Names of the pools that bill now. */
  livePools(): string[]
}

export interface WritableLedger extends Ledger {
  record(entry: Omit<LedgerEntry, 'at'>): void
  /** From now on this pool bills for so many machines; 0 ends it. */
  bill(pool: Billable): void
}

interface Running {
  interval: BillingInterval
  sinceMs: number
  untilMs: number | undefined
}

export function createLedger(clock: Clock): WritableLedger {
  const entries: LedgerEntry[] = []
  const billed: Running[] = []
  const open = (pool?: string) =>
    billed.filter(({ interval, untilMs }) => untilMs === undefined && (pool === undefined || interval.pool === pool))
  return {
    entries: () => entries,
    intervals: () => billed.map(({ interval }) => interval),
    livePools: () => open().map(({ interval }) => interval.pool),
    gpuMinutes: (pool) =>
      billed
        .filter(({ interval }) => pool === undefined || interval.pool === pool)
        .reduce((sum, running) => sum + gpuMinutes(running, clock.now()), 0),
    record: (entry) => entries.push({ at: new Date(clock.now()).toISOString(), ...entry }),
    bill({ name, vmSize, gpus, machines }) {
      const now = clock.now()
      const at = new Date(now).toISOString()
      const running = open(name)
      if (machines > 0 && running.some(({ interval }) => interval.machines === machines)) return
      for (const ended of running) {
        ended.untilMs = now
        ended.interval.to = at
      }
      if (machines === 0) return
      const interval = { pool: name, vmSize, gpusPerMachine: gpus, machines, from: at }
      billed.push({ interval, sinceMs: now, untilMs: undefined })
    },
  }
}

function gpuMinutes({ interval, sinceMs, untilMs }: Running, now: number): number {
  return (((untilMs ?? now) - sinceMs) / 60_000) * interval.gpusPerMachine * interval.machines
}
