import { type Controller, createController, type Logger, type Metrics } from '@kaito/controller-kit'
import type { CollectorDependencies } from './dependencies.ts'
import { createGarbageCollector } from './reconciler.ts'

interface Options extends CollectorDependencies {
  random: () => number
  log: Logger
  metrics: Metrics
}

/**
 * One pass over the whole world in each period, and one as soon as an instance has vanished that a claim still counts on,
 * or deletions begin to wait for somebody's word.
 */
export function createGarbageCollectionController(options: Options): Controller {
  const { nodes, definitionHold, instances } = options
  const untilSynced = () => Promise.resolve()
  return createController({
    ...options,
    name: 'garbage-collection',
    reconcile: createGarbageCollector(options),
    watches: [
      { untilSynced: (signal) => nodes.untilSynced(signal), subscribe: (enqueue) => enqueue('everything') },
      { untilSynced, subscribe: (enqueue) => definitionHold.onHeld(() => enqueue('everything')) },
      {
        untilSynced,
        subscribe: (enqueue) =>
          instances.onChange((names) => {
            if (names !== 'all' && isMissed(options, names)) enqueue('everything')
          }),
      },
    ],
  })
}

/** Whether one of these has no instance any more, and a claim that is not being deleted had one. */
function isMissed({ instances, kinds }: Options, names: readonly string[]): boolean {
  const vanished = new Set(names.filter((name) => instances.named(name) === undefined))
  if (vanished.size === 0) return false
  return kinds.some((kind) =>
    kind
      .cached()
      .some(
        ({ instanceName, deletedAt, providerID }) =>
          vanished.has(instanceName) && !deletedAt && providerID !== undefined,
      ),
  )
}
