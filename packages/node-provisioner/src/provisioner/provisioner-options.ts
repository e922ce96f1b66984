import type { Machine, NodeClaim } from '@kaito/api'
import type { Cache, Clock, KubeClient, KubernetesObject, Node, Resource } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodePool } from '../node-pools/node-pool.ts'
import type { Call, WorkspaceRef } from '../node-provisioner.ts'

/** What every way to get nodes is made of. Caches are those of all kinds, of which a cluster need not serve all. */
export interface NodeProvisionerOptions {
  client: KubeClient
  /** Best with `CLAIM_INDEXES`, as the next two. */
  machines: Cache<Machine>
  nodeClaims: Cache<NodeClaim>
  nodePools: Cache<NodePool>
  /** Every Node that may serve or be told of. */
  nodes: Cache<Node>
  clock: Clock
  backend: BackendSettings
  /** Why a kind cannot be worked with now; undefined where it can. */
  kindFault: (resource: Resource<KubernetesObject>) => string | undefined
  /**
   * Names of the existing nodes on record in all Workspaces but this one, also in those that are being deleted, read
   * from the server itself.
   */
  reservations: (workspace: WorkspaceRef, call: Call) => Promise<Iterable<string>>
  /** How long an all-or-nothing Workspace is waited for after its youngest claim; half an hour by default. */
  groupDeadlineMs?: number
}
