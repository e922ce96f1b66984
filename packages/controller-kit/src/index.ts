export type { Cache, Change, IndexFunctions } from './cache.ts'
export { type Clock, systemClock } from './clock.ts'
export { mergeConditions } from './conditions.ts'
export {
  type Controller,
  type ControllerOptions,
  createController,
  type Reconcile,
  type ReconcileContext,
  type Watch,
  watching,
} from './controller.ts'
export {
  CONFIG_MAPS,
  type ConfigMap,
  type Container,
  DEPLOYMENTS,
  type Deployment,
  EVENTS,
  type Event,
  JOBS,
  type Job,
  type LabelSelector,
  LEASES,
  type Lease,
  NODES,
  type Node,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodDisruptionBudget,
  type PodSpec,
  type PodTemplate,
  SECRETS,
  SERVICES,
  type Secret,
  type Service,
  STATEFUL_SETS,
  type StatefulSet,
  type Toleration,
  type Volume,
} from './core-objects.ts'
export {
  ApiError,
  ApiUnreachable,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTooManyRequests,
} from './errors.ts'
export type { CallOptions, DeleteOptions, KubeClient, ListOptions, MergePatch, PatchOptions } from './kube-client.ts'
export {
  type KubernetesObject,
  keyOf,
  type ObjectKey,
  type ObjectMetadata,
  parseKey,
  type Resource,
} from './kubernetes-object.ts'
export type { Logger } from './logger.ts'
export { mergePatchBetween } from './merge-patch.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { type Effects, performInOrder } from './perform.ts'
export { writeStatus } from './status.ts'
export { type Backoff, createWorkQueue, type WorkQueue } from './work-queue.ts'
