import {
  type Clock,
  type Controller,
  createController,
  type EventRecorder,
  type KubeClient,
  type KubernetesObject,
  keyOf,
  type Logger,
  type Metrics,
  watching,
} from '@kaito/controller-kit'
import type { NodeProvisioner } from '@kaito/node-provisioner'
import type { Caches, NodeCaches } from './caches.ts'
import { workspaceKeysOf } from './workload/pods.ts'
import type { Sources } from './workspace/observe.ts'
import { createWorkspaceReconciler } from './workspace/reconciler.ts'
import { WORKSPACES } from './workspace/workspaces.ts'

interface ControllersOptions {
  client: KubeClient
  caches: Omit<Caches, keyof NodeCaches>
  provisioner: NodeProvisioner
  settings: Sources['settings']
  events: EventRecorder
  clock: Clock
  random: () => number
  log: Logger
  metrics: Metrics
}

/** Passes at a time. Each waits for the API server most of its time. */
const CONCURRENCY = 64

/** Everything this binary does. */
export function createControllers(options: ControllersOptions): Controller[] {
  return [workspaceController(options)]
}

function workspaceController({ caches, events, ...options }: ControllersOptions): Controller {
  const apiVersion = `${WORKSPACES.group}/${WORKSPACES.version}`
  const { deployments, statefulSets, jobs, services } = caches
  const reconcile = createWorkspaceReconciler({
    ...options,
    ...caches,
    workloads: { Deployment: deployments, StatefulSet: statefulSets, Job: jobs },
    announce: (workspace, facts) => events.record({ ...workspace, apiVersion, kind: WORKSPACES.kind }, facts),
  })
  const itself = ({ object }: { object: KubernetesObject }) => [keyOf(object)]
  const owner = ({ object }: { object: KubernetesObject }) => workspaceKeysOf(object)
  const controller = createController({
    ...options,
    name: 'workspace',
    reconcile,
    concurrency: CONCURRENCY,
    watches: [
      watching(caches.workspaces, itself),
      watching(deployments, owner),
      watching(statefulSets, owner),
      watching(jobs, owner),
      watching(services, owner),
      watching(caches.pods, owner),
    ],
  })
  options.provisioner.onChange((workspace) => controller.enqueue(keyOf({ metadata: workspace })))
  return controller
}
