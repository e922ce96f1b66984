export type {
  Call,
  NodeProvisioner,
  NodeRequest,
  NodeSupply,
  SlotRecord,
  SlotState,
  SuppliedNode,
  WorkspaceRef,
} from './node-provisioner.ts'
