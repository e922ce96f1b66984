import { NODE_POOL_LABEL } from '@kaito/api'
import type { FakeCluster } from '@kaito/controller-kit/testing'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import { NODE_POOLS } from '../node-pools/node-pool.ts'

/**
 * Does what Karpenter core does with static NodePools: makes as many claims as there are replicas, with what the template
 * says and no requests, and none for a pool that is being deleted. Claims of a pool that is gone go, too.
 */
export function runNodePools(cluster: FakeCluster): void {
  const pools = cluster.list(NODE_POOLS)
  for (const { metadata, spec } of pools) {
    const claims = cluster
      .list(NODE_CLAIMS)
      .filter(({ metadata: { labels } }) => labels?.[NODE_POOL_LABEL] === metadata.name)
    if (!spec || metadata.deletionTimestamp) continue
    const { labels, annotations } = spec.template.metadata
    for (let made = claims.length; made < (spec.replicas ?? 0); made += 1) {
      const name = `${metadata.name}-${nextSuffix(cluster, metadata.name)}`
      const owner = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name: metadata.name, uid: metadata.uid ?? '' }
      cluster.put(NODE_CLAIMS, {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodeClaim',
        metadata: {
          name,
          labels: { ...labels, [NODE_POOL_LABEL]: metadata.name },
          annotations,
          ownerReferences: [owner],
        },
        spec: spec.template.spec,
      })
    }
  }
}

const numbers = new WeakMap<FakeCluster, number>()

/** No name comes twice, as with the random ones of a server. */
function nextSuffix(cluster: FakeCluster, _pool: string): string {
  const number = (numbers.get(cluster) ?? 0) + 1
  numbers.set(cluster, number)
  return String(number).padStart(5, '0')
}
