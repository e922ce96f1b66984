import type { AgentPool } from '@azure/arm-containerservice'
import { CLAIM_UID_LABEL, MACHINE_TYPE_LABEL, NODE_POOL_LABEL, PROVISIONER_NAME_LABEL } from '@kaito/api'
import { type Adoption, CloudError } from '@kaito/cloud-provider'
import { isOwnershipTag, ownershipTags } from './ownership-tags.ts'

/**
 * Whether an agent pool looks as KAITO's gpu-provisioner leaves it (v0.2.1 and v0.4.3): the labels it always sets, and no
 * tags of ours.
 */
export function isMadeByKaito({ nodeLabels: labels = {}, tags = {} }: AgentPool): boolean {
  const isMarked = labels[PROVISIONER_NAME_LABEL] !== undefined || labels[NODE_POOL_LABEL] !== undefined
  return isMarked && labels[MACHINE_TYPE_LABEL] !== undefined && !Object.keys(tags).some(isOwnershipTag)
}

interface Place {
  subscriptionId: string
  /** Group of the cluster's machines; Azure writes it in any case. */
  nodeResourceGroup: string
}

/** `azure:///…/virtualMachineScaleSets/aks-<pool>-<8 digits>-vmss/virtualMachines/<n>`, as AKS names its machines. */
const MACHINE =
  /^azure:\/\/\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/virtualMachineScaleSets\/aks-([a-z0-9]+)-\d{8}-vmss\/virtualMachines\/\d+$/i

/** Whether a providerID is that of a machine of this very pool. */
export function isMachineOf(providerID: string, pool: string, { subscriptionId, nodeResourceGroup }: Place): boolean {
  const [, subscription, group, name] = MACHINE.exec(providerID) ?? []
  return (
    name === pool &&
    subscription?.toLowerCase() === subscriptionId.toLowerCase() &&
    group?.toLowerCase() === nodeResourceGroup.toLowerCase()
  )
}

/** Why a pool cannot be taken over by a claim, where its marks and machines do not show that it was the claim's. */
export function adoptionRefusal(pool: AgentPool, { providerID, claimUid }: Adoption, place: Place): string | undefined {
  if (!isMadeByKaito(pool)) return "it does not have the labels of KAITO's provisioner"
  const made = pool.nodeLabels?.[CLAIM_UID_LABEL]
  if (made !== undefined && made !== claimUid) return `its nodes were made for the claim ${made}`
  if (!isMachineOf(providerID, pool.name ?? '', place)) return `the claim's machine ${providerID} is not one of it`
  return undefined
}

/** The pool as it is, with our tags. Throws for a pool that was read without its ETag: it could not be changed safely. */
export function adoptionBody(pool: AgentPool, adoption: Adoption, cluster: string): { body: AgentPool; etag: string } {
  const { eTag, nodeImageVersion: _, ...body } = pool
  // With a node image version the request would ask for a rollback.
  if (eTag === undefined) throw new CloudError('CloudUnreachable', `agent pool ${pool.name} was read without an ETag`)
  return { body: { ...body, tags: { ...pool.tags, ...ownershipTags(adoption, cluster) } }, etag: eTag }
}
