import type { Adoption } from '@kaito/cloud-provider'

/** Azure's tag names may not hold the slash of our labels, hence names of their own. */
const CLAIM_UID_TAG = 'kaito-claim-uid'
const CLAIM_CREATED_TAG = 'kaito-claim-created-at'
const LAUNCH_TAG = 'kaito-launch'
const CLUSTER_TAG = 'kaito-cluster'

interface Ownership {
  claimUid: string
  launch: number | undefined
  claimCreatedAt: string | undefined
}

type Owner = Pick<Adoption, 'claimUid' | 'claimCreatedAt' | 'launch'>

/**
 * Marks an agent pool as ours, with the very request that makes it or takes it over. `cluster` is
 * `resource group/cluster name`.
 */
export function ownershipTags(owner: Owner, cluster: string): Record<string, string> {
  return {
    [CLAIM_UID_TAG]: owner.claimUid,
    [CLAIM_CREATED_TAG]: owner.claimCreatedAt,
    [LAUNCH_TAG]: String(owner.launch),
    [CLUSTER_TAG]: cluster,
  }
}

/** Whether Azure would take a tag for one of ours: it compares names without case. */
export function isOwnershipTag(name: string): boolean {
  return [CLAIM_UID_TAG, CLAIM_CREATED_TAG, LAUNCH_TAG, CLUSTER_TAG].includes(name.toLowerCase())
}

/** Whose an agent pool is. Tags copied along into another cluster do not make a pool ours there. */
export function ownership(tags: Record<string, string> | undefined, cluster: string): Ownership | undefined {
  // Azure keeps the case of a tag's name but compares without it.
  const byName = new Map(Object.entries(tags ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  const claimUid = byName.get(CLAIM_UID_TAG)
  if (!claimUid || byName.get(CLUSTER_TAG)?.toLowerCase() !== cluster.toLowerCase()) return undefined
  const launch = Number(byName.get(LAUNCH_TAG))
  const created = byName.get(CLAIM_CREATED_TAG)
  return {
    claimUid,
    launch: Number.isInteger(launch) && launch > 0 ? launch : undefined,
    claimCreatedAt: created !== undefined && !Number.isNaN(Date.parse(created)) ? created : undefined,
  }
}
