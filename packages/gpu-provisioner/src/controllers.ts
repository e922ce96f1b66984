import {
  createBreaker,
  createChoiceRefusals,
  createDeletionGuard,
  createGarbageCollectionController,
  createInstanceList,
  createLifecycleController,
  type LifecycleSettings,
  machineAdapter,
} from '@kaito/claim-lifecycle'
import type { CloudProvider } from '@kaito/cloud-provider'
import type { Clock, EventRecorder, KubeClient, Logger, Metrics, RunOptions } from '@kaito/controller-kit'
import type { Caches } from './caches.ts'

interface ControllersOptions {
  client: KubeClient
  caches: Caches
  cloud: CloudProvider
  settings: LifecycleSettings
  /** Where the report of held deletions lives. */
  namespace: string
  events: EventRecorder
  clock: Clock
  random: () => number
  log: Logger
  metrics: Metrics
}

/** Everything this binary does. */
export function createControllers(options: ControllersOptions): Pick<RunOptions, 'controllers' | 'background'> {
  const { caches, client, events, namespace, settings } = options
  const instances = createInstanceList(options)
  const seesClearly = () => instances.isKnown() && caches.machines.healthy() && caches.nodes.healthy()
  const guard = createDeletionGuard({ ...options, seesClearly, settleMs: settings.garbageCollection.settleMs })
  const breaker = createBreaker({ client, namespace, tell: events.record })
  const shared = {
    ...options,
    adapter: machineAdapter,
    claims: caches.machines,
    nodes: caches.nodes,
    instances,
    choiceRefusals: createChoiceRefusals(),
    guard,
    breaker,
    tell: events.record,
  }
  return {
    background: [(signal) => instances.run(signal)],
    controllers: [createLifecycleController(shared), createGarbageCollectionController(shared)],
  }
}
