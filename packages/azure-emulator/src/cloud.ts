import { createHash } from 'node:crypto'
import type { Pool } from './agent-pools/pool.ts'
import type { Operation } from './arm/operation.ts'
import type { WritableLedger } from './billing/ledger.ts'
import type { Clock } from './clock/clock.ts'
import type { PoolFault } from './faults/pool-fault.ts'
import type { NodeRegistry } from './nodes/node-registry.ts'
import type { Settings } from './settings.ts'

/** Everything the emulated subscription is made of. Functions beside it change it; each change is one step. */
export interface Cloud {
  settings: Settings
  readonly clock: Clock
  /** A new UUID. */
  readonly newId: () => string
  readonly ledger: WritableLedger
  readonly nodes: NodeRegistry
  readonly pools: Map<string, Pool>
  readonly operations: Map<string, Operation>
  readonly poolFaults: { fault: PoolFault; left: number }[]
  readonly views: PoolViews
  readonly cluster: ClusterState
}

interface ClusterState {
  powerState: 'Running' | 'Stopped'
  /** Name of the running operation of the cluster itself. */
  operation: string | undefined
  cancelTimer: () => void
  etag: string
  /** Made anew with every cluster, even of the same name. */
  uid: string
  exists: boolean
  /** Last host number given to a machine in the cluster's subnet. */
  lastAddress: number
}

/** What reads of pools show, which may lag behind the truth. */
export interface PoolViews {
  /** Remembers the pool's body as of now; undefined says it is gone. */
  publish(name: string, body: PoolBody | undefined): void
  get(name: string): PoolBody | undefined
  list(): PoolBody[]
}

/** An agent pool as a client reads it. */
export interface PoolBody {
  id: string
  name: string
  type: string
  properties: Record<string, unknown>
}

export function clusterId({ subscriptionId, resourceGroup, cluster }: Settings): string {
  return `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster}`
}

/** Resource group that holds the cluster's machines. */
export function nodeResourceGroup({ resourceGroup, cluster, location }: Settings): string {
  return `MC_${resourceGroup}_${cluster}_${location}`
}

/** AKS puts the same eight digits, derived from the cluster, into the names of all its scale sets. */
export function scaleSetName(settings: Settings, pool: string): string {
  const digest = createHash('sha256').update(clusterId(settings).toLowerCase()).digest()
  return `aks-${pool}-${String(10_000_000 + (digest.readUInt32BE(0) % 90_000_000))}-vmss`
}

export function scaleSetId(settings: Settings, pool: string): string {
  return `/subscriptions/${settings.subscriptionId}/resourceGroups/${nodeResourceGroup(settings).toLowerCase()}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSetName(settings, pool)}`
}
