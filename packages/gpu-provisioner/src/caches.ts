import type { Machine } from '@kaito/api'
import { claimIndexes, machineAdapter, nodeIndexes } from '@kaito/claim-lifecycle'
import {
  type Cache,
  type CacheOptions,
  createCache,
  type KubernetesObject,
  NODES,
  type Node,
} from '@kaito/controller-kit'

export interface Caches {
  machines: Cache<Machine>
  /** All of them, not only those that carry our labels: a label taken off by hand must not look like a lost node. */
  nodes: Cache<Node>
}

type Environment = Pick<CacheOptions<KubernetesObject>, 'connection' | 'clock' | 'random' | 'log' | 'metrics'>

export function createCaches(environment: Environment): Caches {
  return {
    machines: createCache({
      ...environment,
      resource: machineAdapter.resource,
      indexes: claimIndexes(machineAdapter),
    }),
    nodes: createCache({ ...environment, resource: NODES, indexes: nodeIndexes }),
  }
}
