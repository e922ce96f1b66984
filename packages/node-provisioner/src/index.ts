export { createMachineNodeProvisioner, type MachineNodeProvisionerOptions } from './machine/machine-node-provisioner.ts'
export { MACHINE_INDEXES, MACHINES } from './machine/machine-object.ts'
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
