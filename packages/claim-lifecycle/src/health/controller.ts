import { type Controller, createController, type Logger, type Metrics } from '@kaito/controller-kit'
import { createHealthReconciler, type HealthDependencies } from './reconciler.ts'

interface Options extends HealthDependencies {
  random: () => number
  log: Logger
  metrics: Metrics
}

/** One look at all nodes in each period. */
export function createHealthController(options: Options): Controller {
  return createController({
    ...options,
    name: 'node-health',
    reconcile: createHealthReconciler(options),
    watches: [
      { untilSynced: (signal) => options.nodes.untilSynced(signal), subscribe: (enqueue) => enqueue('everything') },
    ],
  })
}
