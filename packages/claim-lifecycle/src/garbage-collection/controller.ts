import {
  type Cache,
  type Controller,
  createController,
  type KubernetesObject,
  type Logger,
  type Metrics,
} from '@kaito/controller-kit'
import { type CollectorDependencies, createGarbageCollector } from './reconciler.ts'

interface Options<T extends KubernetesObject> extends CollectorDependencies<T> {
  claims: Cache<T>
  random: () => number
  log: Logger
  metrics: Metrics
}

/** One pass over the whole world in each period. */
export function createGarbageCollectionController<T extends KubernetesObject>(options: Options<T>): Controller {
  return createController({
    ...options,
    name: 'garbage-collection',
    reconcile: createGarbageCollector(options),
    watches: [
      { untilSynced: (signal) => options.claims.untilSynced(signal), subscribe: (enqueue) => enqueue('everything') },
      { untilSynced: (signal) => options.nodes.untilSynced(signal), subscribe: () => undefined },
    ],
  })
}
