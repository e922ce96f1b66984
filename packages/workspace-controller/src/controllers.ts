import {
  type Clock,
  type Controller,
  createController,
  type EventRecorder,
  type KubeClient,
  keyOf,
  type Logger,
  type Metrics,
  watching,
} from '@kaito/controller-kit'
import type { NodeProvisioner } from '@kaito/node-provisioner'
import type { Caches } from './caches.ts'
import { workspaceKeysOf } from './workload/pods.ts'
import type { OrderSettings } from './workspace/order.ts'
import { createWorkspaceReconciler } from './workspace/reconciler.ts'
import { WORKSPACES } from './workspace/workspaces.ts'

interface ControllersOptions {
  client: KubeClient
  caches: Caches
  provisioner: NodeProvisioner
  settings: OrderSettings
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
  const reconcile = createWorkspaceReconciler({
    ...options,
    ...caches,
    announce: (workspace, facts) => events.record({ ...workspace, apiVersion, kind: WORKSPACES.kind }, facts),
  })
  // The workload's objects have the name of their Workspace.
  const own = ({ object }: { object: { metadata: { name: string; namespace?: string } } }) => [keyOf(object)]
  const controller = createController({
    ...options,
    name: 'workspace',
    reconcile,
    concurrency: CONCURRENCY,
    watches: [
      watching(caches.workspaces, own),
      watching(caches.deployments, own),
      watching(caches.services, own),
      watching(caches.pods, ({ object }) => workspaceKeysOf(object)),
    ],
  })
  options.provisioner.onChange((workspace) => controller.enqueue(keyOf({ metadata: workspace })))
  return controller
}
