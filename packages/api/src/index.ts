export {
  type AgentPoolClass,
  type AgentPoolClassSpec,
  agentPoolClassSchema,
  withNodeImageFamily,
} from './agent-pool-class.ts'
export { INSTANCE_CREATED_CONDITION, NODE_HEALTHY_CONDITION } from './claim-conditions.ts'
export { customResourceDefinitions } from './crd/definitions.ts'
export { durationMs } from './duration.ts'
export { gpuCount } from './gpu-count.ts'
export {
  APPROVED_DELETIONS_ANNOTATION,
  CAPACITY_TYPE_LABEL,
  CLAIM_UID_LABEL,
  DISRUPTED_TAINT,
  DO_NOT_DISRUPT_ANNOTATION,
  DO_NOT_SYNC_TAINTS_LABEL,
  FAILED_LAUNCHES_ANNOTATION,
  GPU_RESOURCE,
  INITIALIZED_LABEL,
  INSTANCE_NAME_ANNOTATION,
  INSTANCE_TYPE_LABEL,
  LAUNCH_REFUSALS_ANNOTATION,
  MACHINE_DOMAIN,
  MACHINE_TYPE_LABEL,
  NODE_IMAGE_LABEL,
  NODE_POOL_LABEL,
  PLACEMENT_SCOPE_LABEL,
  PROVISIONER_KEY,
  PROVISIONER_NAME_LABEL,
  REGION_LABEL,
  REGISTERED_LABEL,
  RETRY_ANNOTATION,
  TERMINATION_FINALIZER,
  TERMINATION_TIMESTAMP_ANNOTATION,
  UNREGISTERED_TAINT,
  WORKSPACE_FINALIZER,
  WORKSPACE_LABEL,
  WORKSPACE_NAMESPACE_LABEL,
  WORKSPACE_UID_ANNOTATION,
  ZONE_LABEL,
} from './labels.ts'
export { MACHINE_CONDITIONS, type Machine, type MachineSpec, type MachineStatus } from './machine.ts'
export {
  NODE_CLAIM_CONDITIONS,
  type NodeClaim,
  type NodeClaimSpec,
  type NodeClaimStatus,
} from './node-claim.ts'
export type { Condition, ConditionStatus, ObjectMeta, OwnerReference, Taint } from './object-meta.ts'
export { otherKaito } from './other-kaito.ts'
export { type Quantity, quantityValue } from './quantity.ts'
export { REASONS, type Reason } from './reasons.ts'
export { RETIRED_INSTANCE_TYPES } from './retired-instance-types.ts'
export { timestamp } from './timestamp.ts'
export { type WorkspaceFault, workspaceFaults } from './workspace/faults.ts'
export type { WorkspaceSlot, WorkspaceStatus } from './workspace/status.ts'
export { existingNodeNames } from './workspace/status.ts'
export { WORKSPACE_CONDITIONS, type Workspace } from './workspace/workspace.ts'
