export type { Cache, Change, IndexFunctions } from './cache.ts'
export { type CacheOptions, createCache } from './caches/watch-cache.ts'
export { type Clock, systemClock } from './clock.ts'
export { mergeConditions } from './conditions.ts'
export { type Connection, type ConnectionOptions, createConnection } from './connection/connection.ts'
export { createKubeClient } from './connection/http-kube-client.ts'
export {
  type Controller,
  type ControllerOptions,
  createController,
  type Reconcile,
  type ReconcileContext,
  type Watch,
  watching,
} from './controller.ts'
export type {
  ConfigMap,
  Container,
  Deployment,
  Job,
  LabelSelector,
  Node,
  Pod,
  PodSpec,
  PodTemplate,
  Service,
  StatefulSet,
  Toleration,
  Volume,
} from './core-objects.ts'
export { CONFIG_MAPS, DEPLOYMENTS, JOBS, NODES, PODS, SECRETS, SERVICES, STATEFUL_SETS } from './core-resources.ts'
export {
  ApiError,
  ApiUnreachable,
  isAlreadyExists,
  isConflict,
  isNotFound,
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
export { createMetrics, type MetricDescription, type Metrics, type Reading } from './metrics.ts'
export { type Effects, performInOrder } from './perform.ts'
export { DEFINITIONS, definitionName, type NeededKind } from './process/definition-fault.ts'
export { createEventRecorder, type EventFacts, type EventRecorder } from './process/event-recorder.ts'
export { createLogger } from './process/json-log.ts'
export { noneIfAbsent } from './process/none-if-absent.ts'
export { PROCESS_VARIABLES, processSettings, readVariables, settingsOrExit } from './process/process-settings.ts'
export type { RivalKind } from './process/rivals.ts'
export { type RunOptions, runControllers } from './process/run-controllers.ts'
export { type ProcessPort, runProcess } from './process/run-process.ts'
export { createServedKinds, type ServedKinds } from './process/served-kinds.ts'
export { writeStatus } from './status.ts'
