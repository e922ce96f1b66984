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
import type {
  Clock,
  EventFacts,
  EventRecorder,
  KubeClient,
  KubernetesObject,
  Logger,
  Metrics,
  RunOptions,
} from '@kaito/controller-kit'
import type { Caches } from './caches.ts'

interface ControllersOptions {
  client: KubeClient
  caches: Caches
  cloud: CloudProvider
  settings: LifecycleSettings
  /** Where the report of held deletions lives. */
  namespace: string
  events: EventRecorder
  /** The Pod around this process, where it is known: what those who run it must know is told there. */
  pod: KubernetesObject | undefined
  clock: Clock
  random: () => number
  log: Logger
  metrics: Metrics
}

/** Everything this binary does. */
export function createControllers(
  options: ControllersOptions,
): Pick<RunOptions, 'controllers' | 'background' | 'checks'> {
  const { caches, client, cloud, events, namespace, pod, settings } = options
  const tellOperator = (facts: EventFacts) => pod && events.record(pod, facts)
  const instances = createInstanceList({ ...options, tellOperator })
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
    checks: { [cloud.name]: instances.trouble },
    background: [(signal) => instances.run(signal)],
    controllers: [createLifecycleController(shared), createGarbageCollectionController(shared)],
  }
}
