import { NODE_POOL_LABEL, type NodeClaimSpec, WORKSPACE_UID_ANNOTATION } from '@kaito/api'
import type { KubernetesObject, Resource } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { Claim, ClaimCondition } from '../claims/claim.ts'
import { nodeMetadata, nodeSpec } from '../claims/node-claim-kind.ts'
import { ownerLabels } from '../claims/ownership.ts'
import type { NodeRequest } from '../node-provisioner.ts'

/** `NodePool` of Karpenter core 1.x as far as it is written and read here. */
export interface NodePool extends KubernetesObject {
  spec?: {
    /** Makes the pool a static one: that many nodes, whatever pods there are. */
    replicas?: number
    template: {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> }
      spec: NodeClaimSpec
    }
    disruption: { consolidateAfter: string; budgets: { nodes: string }[] }
  }
  status?: { conditions?: ClaimCondition[] }
}

export const NODE_POOLS: Resource<NodePool> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodepools',
  kind: 'NodePool',
  namespaced: false,
}

/** Labels that every node has by itself and a template may not set (rules of the template in Karpenter's definition). */
const BY_ITSELF = /^([^/]+\.)?(kubernetes\.io|k8s\.io|karpenter\.sh)\//

/**
 * A static pool that gives a Workspace its nodes. Its template cannot request resources, so a node counts as initialized
 * before its GPUs show; and its sizes are a set, of which Karpenter takes the cheapest that can be had.
 */
export function nodePoolObject(
  request: NodeRequest,
  pool: { name: string; replicas: number },
  backend: BackendSettings,
) {
  const { workspace, instanceTypes } = request
  const { labels, annotations } = nodeMetadata(request, backend)
  const { [NODE_POOL_LABEL]: _pool, ...claimLabels } = backend.claimLabels
  const own = Object.entries({ ...labels, ...claimLabels }).filter(([key]) => !BY_ITSELF.test(key))
  const object: NodePool = {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: {
      name: pool.name,
      labels: ownerLabels(workspace),
      annotations: { [WORKSPACE_UID_ANNOTATION]: workspace.uid },
    },
    spec: {
      replicas: pool.replicas,
      template: {
        metadata: { labels: Object.fromEntries(own), annotations },
        spec: nodeSpec({ request, instanceTypes, backend }),
      },
      // One node at a time is replaced for drift, where the backend may disrupt nodes at all.
      disruption: { consolidateAfter: 'Never', budgets: [{ nodes: '1' }] },
    },
  }
  return object
}

/** Whether the pool made the claim. */
export function isMadeBy({ metadata }: Claim, poolName: string): boolean {
  return metadata.labels?.[NODE_POOL_LABEL] === poolName
}
