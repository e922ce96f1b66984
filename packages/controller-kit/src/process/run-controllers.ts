import type { Cache } from '../cache.ts'
import type { Clock } from '../clock.ts'
import type { Controller } from '../controller.ts'
import type { KubeClient } from '../kube-client.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { untilAborted } from '../until-aborted.ts'
import { startHealthServer } from './health-server.ts'
import { createLeaderElector, type LeaderElector } from './leader-elector.ts'

export interface RunOptions {
  /** Unique among all processes that may lead. */
  identity: string
  client: KubeClient
  caches: Cache<KubernetesObject>[]
  controllers: Controller[]
  leaderElection: { enabled: boolean; namespace: string; name: string }
  healthPort: number
  metricsPort: number
  log: Logger
  clock: Clock
  metrics: Metrics
  /** Work that goes on beside the controllers while this process leads, for example polling a cloud. */
  background?: ((signal: AbortSignal) => Promise<void>)[]
  /** Further conditions of readiness, by name. */
  checks?: Record<string, () => boolean>
  /** The lease is lost: the process must end now, without finishing anything. */
  onLost: (reason: string) => void
}

/**
 * Runs until the signal aborts: caches first, so that a stand-by is warm, controllers once this process leads. On the
 * way out controllers end first, the lease goes last. Rejects when background work fails: the process must end then, and
 * the lease is left to run out, since passes may still be under way.
 */
export async function runControllers(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { caches, clock, log, metrics, leaderElection, controllers, background = [] } = options
  const startedAt = clock.monotonic()
  const health = await startHealthServer({ ...options, checks: { ...cacheChecks(caches), ...options.checks } })
  log.info({ healthPort: health.healthPort, metricsPort: health.metricsPort }, 'serving health and metrics')
  metrics.observeProcess()
  const cachesEnd = new AbortController()
  const cachesRun = Promise.all(caches.map((cache) => cache.run(cachesEnd.signal)))
  const elector = leaderElection.enabled ? createElector(options) : undefined
  if (!elector || (await elector.acquire(signal))) {
    await Promise.all(caches.map((cache) => cache.untilSynced(signal)))
    log.info({ afterMs: Math.round(clock.monotonic() - startedAt) }, 'leading and synced')
    await Promise.all([
      ...controllers.map((controller) => controller.run(signal)),
      ...background.map((work) => work(signal)),
      untilAborted(signal),
    ])
  }
  cachesEnd.abort()
  await cachesRun
  await elector?.release()
  await health.close()
}

function createElector({ client, leaderElection, ...options }: RunOptions): LeaderElector {
  const { namespace, name } = leaderElection
  const { identity, clock, log, metrics, onLost } = options
  return createLeaderElector({ client, lease: { namespace, name }, identity, clock, log, metrics, onLost })
}

function cacheChecks(caches: Cache<KubernetesObject>[]): Record<string, () => boolean> {
  return Object.fromEntries(
    caches.map((cache) => [`cache of ${cache.resource.plural}`, () => cache.synced() && cache.healthy()]),
  )
}
