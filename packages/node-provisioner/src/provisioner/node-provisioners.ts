import type { NodeProvisioner } from '../node-provisioner.ts'
import { createMachineNodeProvisioner, createNodeClaimNodeProvisioner } from './claim-node-provisioner.ts'
import { createExistingNodesProvisioner } from './existing-nodes-provisioner.ts'
import { createNodePoolNodeProvisioner } from './node-pool-node-provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

export type NodeProvisionerName = 'machine' | 'nodeclaim' | 'nodepool' | 'existing-nodes'

/** The ways to get nodes, by the name that settings use. */
export const NODE_PROVISIONERS: Record<NodeProvisionerName, (options: NodeProvisionerOptions) => NodeProvisioner> = {
  machine: createMachineNodeProvisioner,
  nodeclaim: createNodeClaimNodeProvisioner,
  nodepool: createNodePoolNodeProvisioner,
  'existing-nodes': createExistingNodesProvisioner,
}
