import type { AgentPoolClass, Machine, NodeClaim } from '@kaito/api'
import {
  type Cache,
  type CacheOptions,
  createCache,
  type KubernetesObject,
  NODES,
  type Node,
} from '@kaito/controller-kit'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import { type ClassReferences, readsClasses } from '../claim/class-reference.ts'
import { createMachineAdapter } from '../claim/machine-adapter.ts'
import { createNodeClaimAdapter } from '../claim/node-claim-adapter.ts'
import { AGENT_POOL_CLASSES } from '../class/class-source.ts'
import { claimIndexes } from '../lifecycle/controller.ts'
import { nodeIndexes } from '../node/node-indexes.ts'
import type { ServedClaims } from './provisioner.ts'

export interface Caches {
  /** Undefined for a kind that is not served. */
  machines: Cache<Machine> | undefined
  nodeClaims: Cache<NodeClaim> | undefined
  /** Undefined for a provisioner whose claims name no class with settings. */
  classes: Cache<AgentPoolClass> | undefined
  /** All of them, not only those that carry our labels: a label taken off by hand must not look like a lost node. */
  nodes: Cache<Node>
}

interface Environment
  extends Pick<CacheOptions<KubernetesObject>, 'connection' | 'clock' | 'random' | 'log' | 'metrics'> {
  classes: ClassReferences
  serve: ServedClaims
}

export function createCaches({ classes, serve, ...environment }: Environment): Caches {
  const claims = <T extends KubernetesObject>(adapter: ClaimAdapter<T>) =>
    createCache({ ...environment, resource: adapter.resource, indexes: claimIndexes(adapter) })
  return {
    machines: serve.machines ? claims(createMachineAdapter(classes)) : undefined,
    nodeClaims: serve.nodeClaims ? claims(createNodeClaimAdapter(classes)) : undefined,
    classes: readsClasses(classes) ? createCache({ ...environment, resource: AGENT_POOL_CLASSES }) : undefined,
    nodes: createCache({ ...environment, resource: NODES, indexes: nodeIndexes }),
  }
}
