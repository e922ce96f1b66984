export type { ClassReferences } from './claim/class-reference.ts'
export type { ProvisionerIdentity } from './claim/provisioner-identity.ts'
export { createInstanceList } from './instances/instance-list.ts'
export { createLifecycleMetrics } from './metrics/lifecycle-metrics.ts'
export { nodeIndexes } from './node/node-indexes.ts'
export { createCaches } from './provisioner/caches.ts'
export { createControllers } from './provisioner/controllers.ts'
export type { Provisioner, ServedClaims } from './provisioner/provisioner.ts'
export {
  type ProvisionerSettings,
  provisionerSettings,
  provisionerVariables,
} from './provisioner/provisioner-settings.ts'
export { type CloudSurroundings, runProvisioner } from './provisioner/run-provisioner.ts'
export { DEFAULT_SETTINGS, type LifecycleSettings } from './settings.ts'
