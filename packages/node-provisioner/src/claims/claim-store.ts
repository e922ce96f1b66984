import { type Cache, type Change, isAlreadyExists, type KubeClient, noneIfAbsent } from '@kaito/controller-kit'
import type { Call, WorkspaceRef } from '../node-provisioner.ts'
import type { Claim, ClaimKind, StepConditions, WantedClaim } from './claim.ts'
import { BY_WORKSPACE, isOwnedBy, ownerSelector } from './ownership.ts'

/** The claims of one kind in a cluster that may not serve the kind at all. */
export interface ClaimStore {
  /** `machine` or `nodeclaim`, as kubectl takes it. */
  readonly word: string
  readonly conditions: StepConditions
  cached(name: string): Claim | undefined
  list(): Claim[]
  /** Those of the Workspace, as the cache has them. */
  cachedOf(workspace: WorkspaceRef): Claim[]
  /** Whether a claim of an earlier process that is still there would be in the cache. */
  isComplete(): boolean
  /** As the server has it now. */
  read(name: string, call: Call): Promise<Claim | undefined>
  /** Those of the Workspace, as the server has them now. */
  readOf(workspace: WorkspaceRef, call: Call): Promise<Claim[]>
  /** Leaves one of that name as it is, whoever made it. */
  create(wanted: WantedClaim, call: Call): Promise<void>
  /** Deletes this very claim, unless it has changed since where `unchanged` is asked for. */
  delete(claim: Claim, call: Call, unchanged?: 'unchanged'): Promise<void>
  onChange(listener: (change: Change<Claim>) => void): void
}

interface ClaimStoreOptions<T extends Claim> {
  kind: ClaimKind<T>
  client: KubeClient
  /** Best with `CLAIM_INDEXES`. */
  cache: Cache<T>
}

export function createClaimStore<T extends Claim>({ kind, client, cache }: ClaimStoreOptions<T>): ClaimStore {
  const { resource } = kind

  async function read(name: string, { signal }: Call): Promise<T | undefined> {
    const none = undefined
    const found = await noneIfAbsent(client.get(resource, { name }, { signal }), { client, resource, none, signal })
    if (found) cache.observe(found)
    return found
  }

  return {
    word: resource.kind.toLowerCase(),
    conditions: kind.conditions,
    cached: (name) => cache.get(name),
    list: () => cache.list(),
    cachedOf: (workspace) => cache.byIndex(BY_WORKSPACE, workspace.uid).filter((claim) => isOwnedBy(claim, workspace)),
    isComplete: () => cache.synced() && cache.healthy(),
    read,
    async readOf(workspace, { signal }) {
      const listing = client.list(resource, { labelSelector: ownerSelector(workspace), signal })
      const listed = await noneIfAbsent(listing, { client, resource, none: [], signal })
      return listed.filter((claim) => isOwnedBy(claim, workspace))
    },
    async create(wanted, call) {
      try {
        cache.observe(await client.create(resource, kind.object(wanted), call))
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
        // Asked for before a crash, or taken by somebody else: whose it is shows in the supply.
        await read(wanted.name, call)
      }
    },
    async delete({ metadata: { name, uid, resourceVersion, deletionTimestamp } }, { signal }, unchanged) {
      if (uid === undefined || deletionTimestamp !== undefined) return
      const version = unchanged && resourceVersion !== undefined ? { resourceVersion } : {}
      await client.delete(resource, { name }, { preconditions: { uid, ...version }, signal })
    },
    onChange: (listener) => cache.onChange(listener),
  }
}
