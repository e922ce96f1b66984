import type { Cache } from '../cache.ts'
import type { Clock } from '../clock.ts'
import type { Controller } from '../controller.ts'
import type { KubeClient } from '../kube-client.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { untilAborted } from '../until-aborted.ts'
import { definitionName } from './definition-fault.ts'
import { type Check, startHealthServer } from './health-server.ts'
import { createLeaderElector, type LeaderElector } from './leader-elector.ts'
import { createRivals, type RivalKind } from './rivals.ts'
import type { ServedKinds } from './served-kinds.ts'

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
  /** The kinds of definitions that are worked with; the process waits for those it needs. */
  served: ServedKinds
  /** Whom to look for at the start, and to leave the field to. */
  rivals?: RivalKind
  /** Work that goes on beside the controllers while this process leads, for example polling a cloud. */
  background?: ((signal: AbortSignal) => Promise<void>)[]
  /** Further conditions of readiness, by name. */
  checks?: Record<string, Check>
  /** The lease is lost: the process must end now, without finishing anything. */
  onLost: (reason: string) => void
}

/**
 * Runs until the signal aborts: caches first, so that a stand-by is warm, controllers once the needed kinds are served,
 * no rival is at work and this process leads. On the way out controllers end first, the lease goes last. Rejects when
 * background work fails: the process must end then, and the lease is left to run out, since passes may still be under way.
 */
export async function runControllers(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { caches, clock, log, metrics, leaderElection, served, rivals } = options
  const startedAt = clock.monotonic()
  const others = createRivals({ ...options, rivals })
  const elector = leaderElection.enabled ? createElector(options) : undefined
  const checks = startChecks({ others, options, elector })
  const health = await startHealthServer({ ...options, ...checks })
  log.info({ healthPort: health.healthPort, metricsPort: health.metricsPort }, 'serving health and metrics')
  metrics.observeProcess()
  const cachesEnd = new AbortController()
  const looking = served.follow(signal)
  const cachesRun = Promise.all(
    caches.map(async (cache) => {
      await served.untilServed(cachesEnd.signal, cache.resource)
      if (!cachesEnd.signal.aborted) await cache.run(cachesEnd.signal)
    }),
  )
  await Promise.all([served.untilServed(signal), others.untilGone(signal)])
  const leads = elector ? await elector.acquire(signal) : true
  const present = caches.filter(({ resource }) => served.fault(resource) === undefined)
  if (leads) await Promise.all(present.map((cache) => cache.untilSynced(signal)))
  if (leads && !signal.aborted) {
    log.info({ afterMs: Math.round(clock.monotonic() - startedAt) }, 'leading and synced')
    await work(options, signal)
  }
  cachesEnd.abort()
  await Promise.all([looking, cachesRun])
  await elector?.release()
  await health.close()
}

async function work({ controllers, background = [] }: RunOptions, signal: AbortSignal): Promise<void> {
  await Promise.all([
    ...controllers.map((controller) => controller.run(signal)),
    ...background.map((each) => each(signal)),
    untilAborted(signal),
  ])
}

function createElector({ client, leaderElection, ...options }: RunOptions): LeaderElector {
  const { namespace, name } = leaderElection
  const { identity, clock, log, metrics, onLost } = options
  return createLeaderElector({ client, lease: { namespace, name }, identity, clock, log, metrics, onLost })
}

interface Observed {
  others: ReturnType<typeof createRivals>
  elector: LeaderElector | undefined
  options: RunOptions
}

/**
 * Ready is a process that can do whatever there is to do. Where a needed kind is not installed at all nothing can be
 * asked for, so a chart may be waited for before the one that brings the kind; leading it is only once all are served.
 * What is left out counts in neither.
 */
function startChecks({ others, elector, options }: Observed) {
  const { caches, identity, leaderElection, checks = {}, rivals, served } = options
  const rival: Record<string, Check> = rivals ? { [rivals.what]: others.fault } : {}
  const definitions: NamedCheck[] = served.resources.map((resource) => ({
    name: `definition ${definitionName(resource)}`,
    resource,
    check: () => served.fault(resource),
  }))
  const cached: NamedCheck[] = caches.map((cache) => ({
    name: `cache of ${cache.resource.plural}`,
    resource: cache.resource,
    check: () => cacheFault(cache),
  }))
  const unless = (isIrrelevant: (resource: Resource<KubernetesObject>) => boolean) => (named: NamedCheck) =>
    [named.name, () => (isIrrelevant(named.resource) ? undefined : named.check())] as const
  const named = new Set(served.resources.map(definitionName))
  const needed = cached.filter(({ resource }) => named.has(definitionName(resource)))
  const leader = () => (elector ? elector.leader() : identity)
  const lease = `lease ${leaderElection.namespace}/${leaderElection.name}`
  const hasHolder: Check = () => (leader() === undefined ? 'nobody was seen renewing it' : undefined)
  const ready = [...definitions, ...cached].map(
    unless((resource) => served.isAbsent(resource) || served.isLeftOut(resource)),
  )
  const leads = [...definitions, ...needed].map(unless(served.isLeftOut))
  return {
    checks: { ...Object.fromEntries(ready), ...rival, ...checks },
    leadChecks: { ...Object.fromEntries(leads), ...rival, [lease]: hasHolder },
    leading: () => `leader: ${leader()}; served: ${served.names().join(', ')}`,
  }
}

interface NamedCheck {
  name: string
  resource: Resource<KubernetesObject>
  check: Check
}

function cacheFault(cache: Cache<KubernetesObject>): string | undefined {
  if (!cache.synced()) return 'not synced yet'
  return cache.healthy() ? undefined : 'its watch is down'
}
