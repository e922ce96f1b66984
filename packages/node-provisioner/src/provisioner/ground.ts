import { type ClaimStore, createClaimStore } from '../claims/claim-store.ts'
import { createClaimStores } from '../claims/claim-stores.ts'
import { claimedNodes } from '../claims/claimed-nodes.ts'
import { machineKind } from '../claims/machine-kind.ts'
import { nodeClaimKind } from '../claims/node-claim-kind.ts'
import { createNodeChoice } from '../existing-nodes/node-choice.ts'
import { createPoolStore } from '../node-pools/pool-store.ts'
import type { Ground } from './provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/** By what new nodes are asked for; undefined where none are. */
type Asks = 'machine' | 'nodeclaim' | 'nodepool' | undefined

export function createGround(options: NodeProvisionerOptions, asks: Asks): Ground & { store: ClaimStore } {
  const { client, nodes, reservations, clock } = options
  const machines = createClaimStore({ kind: machineKind, client, cache: options.machines })
  const nodeClaims = createClaimStore({ kind: nodeClaimKind, client, cache: options.nodeClaims })
  const store = asks === 'machine' ? machines : nodeClaims
  const claims = createClaimStores([machines, nodeClaims], asks && store)
  const pools = createPoolStore({ client, cache: options.nodePools, isAsked: asks === 'nodepool' })
  const claimed = () => claimedNodes(claims.list())
  const choice = createNodeChoice({ nodes: nodes.list, claimed, reservations, clock })
  return { ...options, claims, pools, choice, store }
}
