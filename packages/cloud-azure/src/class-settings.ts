import type { AgentPool } from '@azure/arm-containerservice'
import type { AgentPoolClassSpec } from '@kaito/api'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { isOwnershipTag } from './ownership-tags.ts'

const SUBNET =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i
const CAPACITY_RESERVATION_GROUP =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[^/]+$/i
/** Of Azure's tags (azure-resource-manager, tag limitations). */
const TAG_NAME = /^(?!microsoft|azure|windows)[^<>%&\\?/]{1,512}$/i
const LONGEST_TAG_VALUE = 256
/** Sizes whose GPUs can be cut into instances (aks-docs, gpu-multi-instance). */
const DIVISIBLE = /_(?:A100|H100)_|^standard_nd96asr_v4$/i

/** What a class says about its agent pools. Throws `InvalidRequest` for values and combinations AKS refuses. */
export function classSettings({ class: wanted, capacityType, instanceType }: InstanceSpec): Partial<AgentPool> {
  const { subnetId, osSKU = 'Ubuntu', osDisk, gpu, capacityReservationGroupId } = wanted
  refuseClash(wanted, { capacityType, instanceType })
  return {
    osSKU,
    tags: tagsOf(wanted.tags ?? {}),
    ...(subnetId !== undefined && { vnetSubnetID: resourceId(subnetId, SUBNET, 'subnet') }),
    ...(osDisk?.sizeGiB !== undefined && { osDiskSizeGB: osDisk.sizeGiB }),
    ...(osDisk?.type !== undefined && { osDiskType: osDisk.type }),
    ...(gpu?.driver !== undefined && { gpuProfile: { driver: gpu.driver } }),
    ...(gpu?.instanceProfile !== undefined && { gpuInstanceProfile: gpu.instanceProfile }),
    ...(capacityReservationGroupId !== undefined && {
      capacityReservationGroupID: resourceId(
        capacityReservationGroupId,
        CAPACITY_RESERVATION_GROUP,
        'capacity reservation group',
      ),
    }),
    ...(capacityType === 'spot' && spotSettings(wanted)),
  }
}

function spotSettings({ spotMaxPrice }: AgentPoolClassSpec): Partial<AgentPool> {
  // A machine that was taken away must not stay behind and count against the quota.
  const spot = { scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete' }
  if (spotMaxPrice === undefined) return spot
  const price = Number(spotMaxPrice)
  if (!(price > 0 && Number.isFinite(price)))
    throw refused(`"${spotMaxPrice}" is not a price of a spot machine in US dollars`)
  return { ...spot, spotMaxPrice: price }
}

function refuseClash(
  { gpu, capacityReservationGroupId }: AgentPoolClassSpec,
  { capacityType, instanceType }: Pick<InstanceSpec, 'capacityType' | 'instanceType'>,
): void {
  if (capacityReservationGroupId !== undefined && capacityType === 'spot') {
    throw refused('a capacity reservation holds regular machines only, not spot machines')
  }
  if (gpu?.instanceProfile !== undefined && !DIVISIBLE.test(instanceType)) {
    throw refused(`the GPUs of ${instanceType} cannot be cut into instances (${gpu.instanceProfile})`)
  }
}

/** The class's own tags; none can take the place of ours, whatever the case it is written in. */
function tagsOf(tags: Record<string, string>): Record<string, string> {
  const kept = Object.entries(tags).filter(([name]) => !isOwnershipTag(name))
  for (const [name, value] of kept) {
    if (!TAG_NAME.test(name) || value.length > LONGEST_TAG_VALUE)
      throw refused(`"${name}" is not a tag that Azure takes`)
  }
  return Object.fromEntries(kept)
}

function resourceId(id: string, pattern: RegExp, what: string): string {
  if (!pattern.test(id)) throw refused(`"${id}" is not the Azure resource id of a ${what}`)
  return id
}

function refused(message: string): CloudError {
  return new CloudError('InvalidRequest', message, { remedy: 'Correct the AgentPoolClass of this claim.' })
}
