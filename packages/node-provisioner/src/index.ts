export type { BackendSettings } from './backend/backend-settings.ts'
export { BACKEND_PROFILES, type BackendProfile, backendSettings } from './backend/profiles.ts'
export { MACHINES } from './claims/machine-kind.ts'
export { NODE_CLAIMS } from './claims/node-claim-kind.ts'
export { CLAIM_INDEXES } from './claims/ownership.ts'
export { NODE_POOLS, type NodePool } from './node-pools/node-pool.ts'
export type {
  Call,
  NodeProvisioner,
  NodeRequest,
  NodeSupply,
  Released,
  SlotPhase,
  SlotRecord,
  SlotState,
  WorkspaceRef,
} from './node-provisioner.ts'
export { NODE_PROVISIONERS, type NodeProvisionerName } from './provisioner/node-provisioners.ts'
export type { NodeProvisionerOptions } from './provisioner/provisioner-options.ts'
