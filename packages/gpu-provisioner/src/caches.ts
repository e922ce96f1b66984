import type { AgentPoolClass, Machine, NodeClaim } from '@kaito/api'
import {
  AGENT_POOL_CLASSES,
  type ClaimAdapter,
  claimIndexes,
  machineAdapter,
  nodeClaimAdapter,
  nodeIndexes,
} from '@kaito/claim-lifecycle'
import {
  type Cache,
  type CacheOptions,
  createCache,
  type KubernetesObject,
  NODES,
  type Node,
} from '@kaito/controller-kit'

/** Which kinds of claim this process serves. */
export interface ServedClaims {
  machines: boolean
  nodeClaims: boolean
}

export interface Caches {
  /** Undefined for a kind that is not served. */
  machines: Cache<Machine> | undefined
  nodeClaims: Cache<NodeClaim> | undefined
  classes: Cache<AgentPoolClass>
  /** All of them, not only those that carry our labels: a label taken off by hand must not look like a lost node. */
  nodes: Cache<Node>
}

type Environment = Pick<CacheOptions<KubernetesObject>, 'connection' | 'clock' | 'random' | 'log' | 'metrics'>

export function createCaches(environment: Environment, serve: ServedClaims): Caches {
  const claims = <T extends KubernetesObject>(adapter: ClaimAdapter<T>) =>
    createCache({ ...environment, resource: adapter.resource, indexes: claimIndexes(adapter) })
  return {
    machines: serve.machines ? claims(machineAdapter) : undefined,
    nodeClaims: serve.nodeClaims ? claims(nodeClaimAdapter) : undefined,
    classes: createCache({ ...environment, resource: AGENT_POOL_CLASSES }),
    nodes: createCache({ ...environment, resource: NODES, indexes: nodeIndexes }),
  }
}
