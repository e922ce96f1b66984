import { type Machine, type NodeClaim, WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import {
  type Cache,
  type CacheOptions,
  createCache,
  DEPLOYMENTS,
  type Deployment,
  JOBS,
  type Job,
  type KubernetesObject,
  NODES,
  type Node,
  PODS,
  type Pod,
  SERVICES,
  type Service,
  STATEFUL_SETS,
  type StatefulSet,
} from '@kaito/controller-kit'
import { CLAIM_INDEXES, MACHINES, NODE_CLAIMS, NODE_POOLS, type NodePool } from '@kaito/node-provisioner'
import { PODS_BY_WORKSPACE, workspaceKeysOf } from './workload/pods.ts'
import { WORKSPACES } from './workspace/workspaces.ts'

/** What nodes are asked for by, and what they are. */
export interface NodeCaches {
  /** Of each kind that an installation may ask for, or may have asked for before. */
  machines: Cache<Machine>
  nodeClaims: Cache<NodeClaim>
  nodePools: Cache<NodePool>
  nodes: Cache<Node>
}

export interface Caches extends NodeCaches {
  workspaces: Cache<Workspace>
  deployments: Cache<Deployment>
  statefulSets: Cache<StatefulSet>
  jobs: Cache<Job>
  services: Cache<Service>
  pods: Cache<Pod>
}

type Environment = Pick<CacheOptions<KubernetesObject>, 'connection' | 'clock' | 'random' | 'log' | 'metrics'>

/** Of what clusters are full of, only that which carries a Workspace's label is kept in memory. */
export function createCaches(environment: Environment): Caches {
  const labelled = { ...environment, selectors: { labelSelector: WORKSPACE_LABEL } }
  return {
    workspaces: createCache({ ...environment, resource: WORKSPACES }),
    machines: createCache({ ...environment, resource: MACHINES, indexes: CLAIM_INDEXES }),
    nodeClaims: createCache({ ...labelled, resource: NODE_CLAIMS, indexes: CLAIM_INDEXES }),
    nodePools: createCache({ ...labelled, resource: NODE_POOLS }),
    deployments: createCache({ ...labelled, resource: DEPLOYMENTS }),
    statefulSets: createCache({ ...labelled, resource: STATEFUL_SETS }),
    jobs: createCache({ ...labelled, resource: JOBS }),
    services: createCache({ ...labelled, resource: SERVICES }),
    pods: createCache({ ...labelled, resource: PODS, indexes: { [PODS_BY_WORKSPACE]: workspaceKeysOf } }),
    // All of them: nodes that were there before carry no label of ours.
    nodes: createCache({ ...environment, resource: NODES }),
  }
}
