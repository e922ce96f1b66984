import { slotViews } from '../claims/slot-views.ts'
import type { NodeProvisioner, NodeRequest } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import { createGround } from './ground.ts'
import { createProvisioner } from './provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/** Asks nobody for nodes: a Workspace waits until nodes that are there may serve it. */
export function createExistingNodesProvisioner(options: NodeProvisionerOptions): NodeProvisioner {
  const ground = createGround(options, undefined)
  return createProvisioner(ground, {
    name: 'existing-nodes',
    keepsPool: false,
    views: (request, call) => slotViews({ ...ground, askedOf: undefined, keepsPool: false }, request, call),
    hindrance: (request) => (request.existingNodes === 'Never' ? NEVER : noneFree(request)),
    // Always hindered.
    ask: async ({ request }) => request.slots,
  })
}

const NEVER: Lack = {
  phase: 'Blocked',
  reason: 'InvalidRequest',
  message:
    'resource.existingNodes: this installation makes no nodes, so Never cannot be served; leave it out, or ask whoever runs the installation for a provisioner',
}

function noneFree({ instanceTypes, labels, gpusPerNode }: NodeRequest): Lack {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const message = `no free node fits, and this installation makes none: it takes a ready node of size ${instanceTypes.join(' or ')} with ${gpusPerNode} GPUs and the labels ${wanted.join(', ')} ("kubectl label node <name> ${wanted.join(' ')}")`
  return { phase: 'Blocked', reason: 'NoCapacity', message }
}
