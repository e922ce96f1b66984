import type { ClusterAccess } from '../cluster-access.ts'
import { type ClusterClock, systemClusterClock } from '../cluster-clock.ts'
import { createEventRecorder } from '../objects/event-recorder.ts'
import { type Controller, runController } from '../reconciling/controller.ts'
import { openStores } from './cluster-stores.ts'
import type { ControllerContext } from './controller-context.ts'
import { createDaemonSetController } from './daemon-sets/daemon-set-controller.ts'
import { createDeploymentController } from './deployments/deployment-controller.ts'
import { createBudgetController } from './disruption-budgets/budget-controller.ts'
import { createEndpointsController } from './endpoints/endpoints-controller.ts'
import { createFollowedKinds } from './followed-kinds.ts'
import { createGarbageCollector } from './garbage-collection/garbage-collector.ts'
import { createJobController } from './jobs/job-controller.ts'
import { createDefaultServiceAccount } from './namespaces/default-service-account.ts'
import { createNamespaceDeletion } from './namespaces/namespace-deletion.ts'
import { createNodeLifecycle } from './nodes/node-lifecycle.ts'
import { createPodCollector } from './nodes/pod-collector.ts'
import { createTaintEviction } from './nodes/taint-eviction.ts'
import { createReplicaSetController } from './replica-sets/replica-set-controller.ts'
import { createScheduler } from './scheduler/scheduler.ts'
import { createStatefulSetController } from './stateful-sets/stateful-set-controller.ts'

interface ClusterControllersOptions {
  access: ClusterAccess
  /** Stops every controller. */
  signal: AbortSignal
  clock?: ClusterClock
  log?: (line: string, facts?: object) => void
  /** Between 0 and 1, for the endings of generated names. */
  random?: () => number
}

/** Every controller by the name under which it records events. */
const CONTROLLERS: Record<string, (context: ControllerContext) => Controller> = {
  'default-scheduler': createScheduler,
  'deployment-controller': createDeploymentController,
  'replicaset-controller': createReplicaSetController,
  'statefulset-controller': createStatefulSetController,
  'daemonset-controller': createDaemonSetController,
  'job-controller': createJobController,
  'endpoints-controller': createEndpointsController,
  'node-controller': createNodeLifecycle,
  'taint-eviction-controller': createTaintEviction,
  'disruption-controller': createBudgetController,
  'pod-garbage-collector': createPodCollector,
  'service-account-controller': createDefaultServiceAccount,
}

/** Starts the controllers that a cluster brings with it; they run until the signal aborts. */
export function startClusterControllers(options: ClusterControllersOptions): void {
  const { access, signal, clock = systemClusterClock, log = () => undefined, random = Math.random } = options
  const stores = openStores({ access, clock, signal })
  const followed = createFollowedKinds({ access, clock, signal, log, stores })
  const controllers = Object.entries(CONTROLLERS).map(([component, create]) => {
    const record = createEventRecorder({ access, clock, component, log })
    return create({ access, clock, signal, log, stores, record, random })
  })
  controllers.push(
    createGarbageCollector(access, followed),
    createNamespaceDeletion({ access, namespaces: stores.namespaces, followed }),
  )
  const started = controllers.map((controller) => runController({ clock, signal, log }, controller))
  Promise.all([...started, followed.start()]).catch((error: unknown) => {
    if (!signal.aborted) log('The controllers of the cluster cannot start', { error })
  })
}
