import type { z } from 'zod'
import { type OutOfBand, outOfBand } from '../agent-pools/out-of-band.ts'
import type { Ledger } from '../billing/ledger.ts'
import type { Cloud } from '../cloud.ts'
import { powerCluster, runClusterOperation } from '../cluster/cluster-operations.ts'
import type { TokenStore } from '../entra/token-store.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import { type PoolFault, poolFaultSchema } from '../faults/pool-fault.ts'
import { type Settings, type SettingsInput, settingsSchema } from '../settings.ts'
import type { RequestLog } from './request-log.ts'

/** What a test or a person can see and do besides the Azure API. */
export interface Controls {
  readonly ledger: Ledger
  readonly requests: Pick<RequestLog, 'records' | 'clear'>
  readonly faults: Pick<FaultInjector, 'inject' | 'clear' | 'active'>
  readonly pools: OutOfBand
  readonly cluster: {
    /** The operation takes so many emulator seconds; without them it is over at once. */
    stop(seconds?: number): void
    start(seconds?: number): void
    /** An operation of the cluster itself, such as `Upgrading`, that blocks those of its pools. */
    operate(kind: string, seconds: number): void
    /** False: the cluster is not there any more. */
    setExists(exists: boolean): void
  }
  settings(): Settings
  /** Replaces the given settings; throws on an unknown or invalid one. */
  configure(changes: SettingsInput): void
  /** Binds to pools whose create is accepted from now on. */
  injectPoolFault(fault: z.input<typeof poolFaultSchema>): void
  clearPoolFaults(): void
  /** Moves a virtual clock; throws on one that runs by itself. */
  advance(seconds: number): void
  /** A bearer token as the token endpoint issues them. */
  issueToken(): string
}

interface ControlDependencies {
  cloud: Cloud
  tokens: TokenStore
  faults: FaultInjector
  requests: RequestLog
}

export function createControls({ cloud, tokens, faults, requests }: ControlDependencies): Controls {
  return {
    ledger: cloud.ledger,
    requests,
    faults,
    pools: outOfBand(cloud),
    cluster: {
      stop: (seconds = 0) => powerCluster(cloud, 'Stopped', seconds),
      start: (seconds = 0) => powerCluster(cloud, 'Running', seconds),
      operate: (kind, seconds) => runClusterOperation(cloud, kind, { seconds }),
      setExists: (exists) => {
        cloud.cluster.exists = exists
      },
    },
    settings: () => cloud.settings,
    configure: (changes) => {
      cloud.settings = settingsSchema.parse({ ...cloud.settings, ...changes })
    },
    injectPoolFault: (input) => {
      const fault: PoolFault = poolFaultSchema.parse(input)
      cloud.poolFaults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    clearPoolFaults: () => void cloud.poolFaults.splice(0),
    advance: (seconds) => {
      if (!cloud.clock.advance) throw new Error('This clock runs by itself; only a virtual clock can be advanced')
      cloud.clock.advance(seconds * 1000)
    },
    issueToken: () => tokens.issue(cloud.settings.clientId, 'https://management.azure.com/').token,
  }
}
