import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kube-client.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { pause } from '../pause.ts'
import { createLeaseRecord } from './lease-record.ts'

interface LeaderElectorOptions {
  client: KubeClient
  lease: { namespace: string; name: string }
  /** Unique among the processes that compete; a restarted process with the same identity goes on leading. */
  identity: string
  clock: Clock
  log: Logger
  metrics: Metrics
  /** Called once when this process may no longer act: it must end at once. */
  onLost: (reason: string) => void
  /** How long others wait after the last renewal that they saw. */
  leaseDurationMs?: number
  /** The holder gives up when it could not renew for this long; shorter than the lease lasts. */
  renewDeadlineMs?: number
  retryPeriodMs?: number
}

export interface LeaderElector {
  /** True once this process leads; false when the signal aborted first. */
  acquire(signal: AbortSignal): Promise<boolean>
  isLeading(): boolean
  /** Who leads: this process, or another one that was seen renewing and has not stopped for too long since. */
  leader(): string | undefined
  /** Hands over: the next candidate need not wait for the lease to run out. */
  release(): Promise<void>
}

const HURRY = 4

type Settings = Required<LeaderElectorOptions>

/** Leader election on a Lease (coordination.k8s.io/v1), by the rules of client-go's `leaderelection`. */
export function createLeaderElector(options: LeaderElectorOptions): LeaderElector {
  const settings: Settings = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, ...options }
  const { identity, clock, log, metrics, retryPeriodMs } = settings
  const record = createLeaseRecord(settings)
  const ended = new AbortController()
  let renewing: Promise<void> | undefined

  const isLeading = () => renewing !== undefined && !ended.signal.aborted

  function lose(reason: string): void {
    if (ended.signal.aborted) return
    ended.abort()
    metrics.leading.set(0)
    settings.onLost(reason)
  }

  async function keep(firstRenewalAt: number): Promise<void> {
    const watchdog = createWatchdog(settings, () => lose('the lease could not be renewed in time'))
    watchdog.renewedAt(firstRenewalAt)
    let pauseMs = retryPeriodMs
    while (!ended.signal.aborted) {
      await pause(clock, pauseMs, ended.signal)
      if (ended.signal.aborted) break
      const startedAt = clock.monotonic()
      const outcome = await record.renew()
      // Little is left of the deadline when a server comes back from a restart.
      pauseMs = outcome === 'failed' ? retryPeriodMs / HURRY : retryPeriodMs
      if (outcome === 'renewed') watchdog.renewedAt(startedAt)
      if (outcome === 'taken') lose('the lease has another holder, or is gone')
    }
    watchdog.stop()
  }

  return {
    async acquire(signal) {
      while (!signal.aborted) {
        const startedAt = clock.monotonic()
        if (await record.tryToTake()) {
          log.info({ identity }, 'leading')
          metrics.leading.set(1)
          renewing = keep(startedAt)
          return true
        }
        await pause(clock, retryPeriodMs, signal)
      }
      return false
    },
    isLeading,
    leader: () => (isLeading() ? identity : record.liveHolder()),
    async release() {
      if (!renewing || ended.signal.aborted) return
      ended.abort()
      await renewing
      metrics.leading.set(0)
      await record.release()
    },
  }
}

/** Ends the leadership by its own timer, whatever else the process is doing or waiting for. */
function createWatchdog({ clock, renewDeadlineMs }: Pick<Settings, 'clock' | 'renewDeadlineMs'>, onLate: () => void) {
  let cancel: (() => void) | undefined
  return {
    renewedAt(time: number): void {
      cancel?.()
      cancel = clock.after(Math.max(0, time + renewDeadlineMs - clock.monotonic()), onLate)
    },
    stop: () => cancel?.(),
  }
}
