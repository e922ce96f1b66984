export { customResourceDefinitions } from './crd/definitions.ts'
export {
  APPROVED_DELETIONS_ANNOTATION,
  CAPACITY_TYPE_LABEL,
  CLAIM_UID_LABEL,
  FAILED_LAUNCHES_ANNOTATION,
  GPU_RESOURCE,
  INITIALIZED_LABEL,
  INSTANCE_TYPE_LABEL,
  LAUNCH_REFUSALS_ANNOTATION,
  MACHINE_TYPE_LABEL,
  PROVISIONER_NAME_LABEL,
  REGISTERED_LABEL,
  RETRY_ANNOTATION,
  TERMINATION_FINALIZER,
  WORKSPACE_FINALIZER,
  WORKSPACE_LABEL,
  WORKSPACE_NAMESPACE_LABEL,
  WORKSPACE_UID_ANNOTATION,
  ZONE_LABEL,
} from './labels.ts'
export { MACHINE_CONDITIONS, type Machine, type MachineSpec, type MachineStatus } from './machine.ts'
export type { Condition, ConditionStatus, ObjectMeta, OwnerReference, Taint } from './object-meta.ts'
export { otherKaito } from './other-kaito.ts'
export { type Quantity, quantityValue } from './quantity.ts'
export { REASONS, type Reason } from './reasons.ts'
export { WORKSPACE_CONDITIONS, type Workspace, type WorkspaceSlot, type WorkspaceStatus } from './workspace.ts'
