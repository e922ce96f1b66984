import type { Cache, IndexFunctions } from '../cache.ts'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import { type KubernetesObject, keyOf, type Resource } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { untilAborted } from '../until-aborted.ts'
import { createObjectStore } from './object-store.ts'
import { reflect } from './reflector.ts'
import type { Selectors } from './watch-events.ts'
import { createWatchHealth } from './watch-health.ts'

export interface CacheOptions<T extends KubernetesObject> {
  connection: Connection
  resource: Resource<T>
  indexes?: IndexFunctions<T>
  selectors?: Selectors
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  log: Logger
  metrics: Metrics
  /** How often everything is listed again, in case an event was lost on the way. */
  relistEveryMs?: number
  /** How long the watch may be down before the cache calls itself unhealthy. */
  unhealthyAfterMs?: number
}

/** A cache that lists and watches over the connection. It does nothing before `run`. */
export function createCache<T extends KubernetesObject>(options: CacheOptions<T>): Cache<T> {
  const { resource, indexes = {}, selectors = {}, clock, metrics, relistEveryMs = 600_000 } = options
  const log = options.log.child({ cache: resource.plural })
  const store = createObjectStore(indexes, (err) => log.error({ err }, 'a listener or index function failed'))
  const health = createWatchHealth(clock, options.unhealthyAfterMs ?? 60_000)
  const synced = Promise.withResolvers<void>()
  let isSynced = false

  function onListed(): void {
    if (!isSynced) log.info({ objects: store.list().length }, 'synced')
    isSynced = true
    synced.resolve()
  }

  return {
    resource,
    get: store.get,
    list: store.list,
    byIndex: store.byIndex,
    onChange: store.onChange,
    synced: () => isSynced,
    untilSynced: (signal) => Promise.race([synced.promise, untilAborted(signal)]),
    healthy: health.healthy,
    observe(object) {
      // Whether it matches a selector only the server can say.
      const isChosen = selectors.labelSelector === undefined && selectors.fieldSelector === undefined
      if (isChosen || store.get(keyOf(object))) store.observe(object)
    },
    async run(signal) {
      metrics.reportSilence(resource.plural, health.silentSeconds)
      await reflect({ ...options, selectors, relistEveryMs, log, store, health, onListed }, signal)
    },
  }
}
