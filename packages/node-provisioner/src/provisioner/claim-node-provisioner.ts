import { askForNodes } from '../claims/ask-for-nodes.ts'
import { MACHINES } from '../claims/machine-kind.ts'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import { slotViews } from '../claims/slot-views.ts'
import type { NodeProvisioner } from '../node-provisioner.ts'
import { createGround } from './ground.ts'
import { kindHindrance } from './kind-hindrance.ts'
import { createProvisioner } from './provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/** Asks for nodes by `Machine` objects (`karpenter.sh/v1alpha5`), one per wanted node that no existing node serves. */
export function createMachineNodeProvisioner(options: NodeProvisionerOptions): NodeProvisioner {
  return createClaimNodeProvisioner('machine', options)
}

/** Asks for nodes by `NodeClaim` objects (`karpenter.sh/v1`), one per wanted node that no existing node serves. */
export function createNodeClaimNodeProvisioner(options: NodeProvisionerOptions): NodeProvisioner {
  return createClaimNodeProvisioner('nodeclaim', options)
}

function createClaimNodeProvisioner(name: 'machine' | 'nodeclaim', options: NodeProvisionerOptions): NodeProvisioner {
  const ground = createGround(options, name)
  const resource = name === 'machine' ? MACHINES : NODE_CLAIMS
  return createProvisioner(ground, {
    name,
    keepsPool: false,
    views: (request, call) => slotViews({ ...ground, askedOf: name, keepsPool: false }, request, call),
    hindrance: (request) => kindHindrance(resource, request, options),
    ask: (wanted, call) => askForNodes(ground, wanted, call),
  })
}
