import { NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { vi } from 'vitest'
import { backendSettings } from '../backend/profiles.ts'
import { MACHINES } from '../claims/machine-kind.ts'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import { CLAIM_INDEXES } from '../claims/ownership.ts'
import { NODE_POOLS } from '../node-pools/node-pool.ts'
import { NODE_PROVISIONERS, type NodeProvisionerName } from '../provisioner/node-provisioners.ts'
import type { NodeProvisionerOptions } from '../provisioner/provisioner-options.ts'

interface Parts extends Pick<Partial<NodeProvisionerOptions>, 'backend' | 'kindFault' | 'groupDeadlineMs'> {
  /** The way to get nodes; by Machines unless said otherwise. */
  as?: NodeProvisionerName
  /** Existing nodes on record in other Workspaces. */
  reserved?: string[]
}

/** That way to get nodes over a fake cluster, and whom it tells of changes. */
export function aClaimWorld({ as: name = 'machine', reserved = [], ...parts }: Parts = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const caches = {
    machines: cluster.cacheOf(MACHINES, CLAIM_INDEXES),
    nodeClaims: cluster.cacheOf(NODE_CLAIMS, CLAIM_INDEXES),
    nodePools: cluster.cacheOf(NODE_POOLS),
    nodes: cluster.cacheOf(NODES),
  }
  const reservations = vi.fn(async () => reserved)
  const options: NodeProvisionerOptions = {
    client: cluster.client,
    ...caches,
    clock,
    backend: backendSettings(name === 'nodepool' ? 'karpenter-kwok' : 'gpu-provisioner'),
    kindFault: () => undefined,
    reservations,
    ...parts,
  }
  const told: string[] = []
  const start = (way: NodeProvisionerName, changed: Partial<NodeProvisionerOptions> = {}) => {
    const provisioner = NODE_PROVISIONERS[way]({ ...options, ...changed })
    provisioner.onChange((workspace) => told.push(`${workspace.namespace}/${workspace.name}`))
    return provisioner
  }
  /** `start` makes another provisioner on the same cluster, as after a change of the settings. */
  return { clock, cluster, ...caches, provisioner: start(name), start, told, reservations }
}
