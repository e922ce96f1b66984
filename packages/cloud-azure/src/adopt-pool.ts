import { type Adoption, type Call, CloudError } from '@kaito/cloud-provider'
import { adoptionBody, adoptionRefusal } from './adoption.ts'
import { isPoolName } from './agent-pool-body.ts'
import { agentPoolInstance } from './agent-pool-instance.ts'
import type { AgentPools } from './agent-pools.ts'
import { nameConflict } from './cloud-failure.ts'
import { correlationId } from './correlation-id.ts'

interface Cluster {
  pools: AgentPools
  /** As in the ownership tags. */
  cluster: string
  subscriptionId: string
}

/**
 * Takes over a pool of KAITO's provisioner with one write, of exactly the version that was read. Undefined where there
 * was nothing to write: it is the claim's already.
 */
export async function adoptPool(
  adoption: Adoption,
  { pools, cluster, subscriptionId }: Cluster,
  call: Call,
): Promise<{ correlationId: string } | undefined> {
  const { name, claimUid, launch } = adoption
  const pool = isPoolName(name) ? await pools.get(name, call) : undefined
  if (!pool) throw new CloudError('ClusterBusy', `agent pool ${name} is gone`)
  const instance = agentPoolInstance(pool, cluster)
  if (instance.claimUid === claimUid) return undefined
  if (instance.claimUid !== undefined) throw nameConflict(name)
  const { nodeResourceGroup = '' } = await pools.cluster(call)
  const refusal = adoptionRefusal(pool, adoption, { subscriptionId, nodeResourceGroup })
  if (refusal !== undefined) throw nameConflict(name, refusal)
  if (/^(?:Creating|Busy|Deleting)$/.test(instance.state)) {
    throw new CloudError('ClusterBusy', `agent pool ${name} is ${pool.provisioningState}`)
  }
  const id = correlationId(claimUid, launch)
  await pools.update({ name, ...adoptionBody(pool, adoption, cluster), correlationId: id }, call)
  return { correlationId: id }
}
