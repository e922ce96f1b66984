import { slotViews } from '../claims/slot-views.ts'
import { NODE_POOLS } from '../node-pools/node-pool.ts'
import { neededReplicas, poolSlots } from '../node-pools/pool-slots.ts'
import type { Call, NodeProvisioner, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { taken, type Wanted } from '../slots/wanted.ts'
import { createGround } from './ground.ts'
import { kindHindrance } from './kind-hindrance.ts'
import { createProvisioner } from './provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/**
 * Asks for nodes by one static `NodePool` (`karpenter.sh/v1`) per Workspace, with as many replicas as no existing node and
 * no claim of an earlier way serves. Karpenter core makes the claims and replaces them.
 */
export function createNodePoolNodeProvisioner(options: NodeProvisionerOptions): NodeProvisioner {
  const ground = createGround(options, 'nodepool')
  const { pools, claims, backend, clock } = ground

  async function views(request: NodeRequest, call: Call): Promise<SlotView[]> {
    const seen = await slotViews({ ...ground, askedOf: 'nodeclaim', keepsPool: true }, request, call)
    const pool = pools.cached(request.workspace)
    return poolSlots({ views: seen, pool, claims: claims.cachedOf(request.workspace) }, request, {
      backend,
      now: clock.now(),
    })
  }

  async function ask({ request, views: seen, chosen }: Wanted, call: Call): Promise<SlotRecord[]> {
    const replicas = neededReplicas(seen, request) - chosen.size
    if (replicas > 0) await pools.ensure({ request, replicas, backend }, call)
    return seen.map(({ next }) => taken(next, chosen) ?? next)
  }

  return createProvisioner(ground, {
    name: 'nodepool',
    keepsPool: true,
    views,
    ask,
    hindrance: (request) => kindHindrance(NODE_POOLS, request, options),
  })
}
