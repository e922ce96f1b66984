import { type Clock, NODES } from '@kaito/controller-kit'
import type { FakeCluster } from '@kaito/controller-kit/testing'
import {
  backendSettings,
  CLAIM_INDEXES,
  MACHINES,
  NODE_CLAIMS,
  NODE_POOLS,
  NODE_PROVISIONERS,
  type NodeProvisioner,
} from '@kaito/node-provisioner'
import { reservedNodes } from '../workspace/reserved-nodes.ts'

/** The default way to get nodes, on a cluster in memory that serves every kind. */
export function createNodeProvisioner({ client, cacheOf }: FakeCluster, clock: Clock): NodeProvisioner {
  return NODE_PROVISIONERS.machine({
    client,
    clock,
    machines: cacheOf(MACHINES, CLAIM_INDEXES),
    nodeClaims: cacheOf(NODE_CLAIMS, CLAIM_INDEXES),
    nodePools: cacheOf(NODE_POOLS),
    nodes: cacheOf(NODES),
    backend: backendSettings('gpu-provisioner'),
    kindFault: () => undefined,
    reservations: reservedNodes(client),
  })
}
