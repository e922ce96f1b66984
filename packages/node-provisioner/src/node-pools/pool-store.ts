import { type Cache, type Change, type KubeClient, noneIfAbsent } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import { isOwnedBy } from '../claims/ownership.ts'
import type { Call, NodeRequest, WorkspaceRef } from '../node-provisioner.ts'
import { poolName } from '../slots/claim-name.ts'
import { NODE_POOLS, type NodePool, nodePoolObject } from './node-pool.ts'

/** The NodePools of Workspaces, one at most for each, in a cluster that may not serve the kind at all. */
export interface PoolStore {
  /** As the cache has it; one of that name that is not the Workspace's is none. */
  cached(workspace: WorkspaceRef): NodePool | undefined
  /** As the server has it now. */
  read(workspace: WorkspaceRef, call: Call): Promise<NodePool | undefined>
  /** Makes the pool, or makes it larger; it is never made smaller. */
  ensure(wanted: { request: NodeRequest; replicas: number; backend: BackendSettings }, call: Call): Promise<void>
  /** Deletes the pool and its claims with it. Resolves with false once the server itself has none. */
  end(workspace: WorkspaceRef, call: Call): Promise<boolean>
  /** Deletes the pool alone: its claims stay, and nobody replaces them. */
  dissolve(workspace: WorkspaceRef, call: Call): Promise<void>
  onChange(listener: (change: Change<NodePool>) => void): void
}

interface PoolStoreOptions {
  client: KubeClient
  cache: Cache<NodePool>
  /** Pools are made by this process, so its cache alone proves nothing. */
  isAsked: boolean
}

export function createPoolStore({ client, cache, isAsked }: PoolStoreOptions): PoolStore {
  const ownOnly = (pool: NodePool | undefined, workspace: WorkspaceRef) =>
    pool && isOwnedBy(pool, workspace) ? pool : undefined

  async function read(workspace: WorkspaceRef, { signal }: Call): Promise<NodePool | undefined> {
    const getting = client.get(NODE_POOLS, { name: poolName(workspace.uid) }, { signal })
    const found = await noneIfAbsent(getting, { client, resource: NODE_POOLS, none: undefined, signal })
    if (found) cache.observe(found)
    return ownOnly(found, workspace)
  }

  async function remove(workspace: WorkspaceRef, propagationPolicy: 'Background' | 'Orphan', { signal }: Call) {
    const pool = await read(workspace, { signal })
    const { name = '', uid, deletionTimestamp } = pool?.metadata ?? {}
    if (uid === undefined) return false
    if (deletionTimestamp !== undefined) return true
    await client.delete(NODE_POOLS, { name }, { preconditions: { uid }, propagationPolicy, signal })
    return true
  }

  const cached = (workspace: WorkspaceRef) => ownOnly(cache.get(poolName(workspace.uid)), workspace)
  return {
    cached,
    read,
    async ensure({ request, replicas, backend }, call) {
      const { workspace } = request
      const pool = await read(workspace, call)
      if (!pool) {
        const object = nodePoolObject(request, { name: poolName(workspace.uid), replicas }, backend)
        cache.observe(await client.create(NODE_POOLS, object, call))
      } else if ((pool.spec?.replicas ?? 0) < replicas) {
        const { name, resourceVersion } = pool.metadata
        const patch = { metadata: { resourceVersion }, spec: { replicas } }
        cache.observe(await client.mergePatch(NODE_POOLS, { name }, patch, call))
      }
    },
    async end(workspace, call) {
      const isKnown = isAsked || cached(workspace) !== undefined || !(cache.synced() && cache.healthy())
      return isKnown ? remove(workspace, 'Background', call) : false
    },
    async dissolve(workspace, call) {
      await remove(workspace, 'Orphan', call)
    },
    onChange: (listener) => cache.onChange(listener),
  }
}
