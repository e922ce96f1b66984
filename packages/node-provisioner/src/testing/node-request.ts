import type { NodeRequest } from '../node-provisioner.ts'

/** One new A100 node for the Workspace `default/phi-3`; any part can be replaced. */
export function aNodeRequest(parts: Partial<NodeRequest> = {}): NodeRequest {
  return {
    workspace: { name: 'phi-3', namespace: 'default', uid: 'uid-1' },
    count: 1,
    instanceTypes: ['Standard_NC24ads_A100_v4'],
    labels: { apps: 'phi-3' },
    gpusPerNode: 1,
    diskGiB: 50,
    capacityType: undefined,
    tolerations: [{ key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }],
    nodeClass: undefined,
    existingNodes: 'Never',
    preferredNodes: [],
    allOrNothing: false,
    slots: [],
    ...parts,
  }
}
