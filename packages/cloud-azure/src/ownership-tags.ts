import type { InstanceSpec } from '@kaito/cloud-provider'

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

/** Marks an agent pool as ours, with the very request that makes it. `cluster` is `resource group/cluster name`. */
export function ownershipTags(spec: InstanceSpec, cluster: string): Record<string, string> {
  return {
    [CLAIM_UID_TAG]: spec.claimUid,
    [CLAIM_CREATED_TAG]: spec.claimCreatedAt,
    [LAUNCH_TAG]: String(spec.launch),
    [CLUSTER_TAG]: cluster,
  }
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
