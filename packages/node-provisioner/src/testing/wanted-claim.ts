import type { Machine, NodeClaim } from '@kaito/api'
import { backendSettings } from '../backend/profiles.ts'
import { machineKind } from '../claims/machine-kind.ts'
import { nodeClaimKind } from '../claims/node-claim-kind.ts'
import type { NodeRequest } from '../node-provisioner.ts'

/** The Machine that the gpu-provisioner is given for the request. */
export function machineObject(
  request: NodeRequest,
  name: string,
  backend = backendSettings('gpu-provisioner'),
): Machine {
  return machineKind.object({ request, name, instanceTypes: request.instanceTypes, backend })
}

/** The NodeClaim that it is given. */
export function nodeClaimObject(
  request: NodeRequest,
  name: string,
  backend = backendSettings('gpu-provisioner'),
): NodeClaim {
  return nodeClaimKind.object({ request, name, instanceTypes: request.instanceTypes, backend })
}
