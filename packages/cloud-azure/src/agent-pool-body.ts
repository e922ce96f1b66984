import type { AgentPool } from '@azure/arm-containerservice'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { nodeLabels, nodeTaints } from './node-labels.ts'
import { ownershipTags } from './ownership-tags.ts'

/** AKS's pattern for Linux agent pools. */
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/
const LARGEST_DISK_GIB = 2048

/** Whether AKS could have an agent pool of this name at all. */
export function isPoolName(name: string): boolean {
  return POOL_NAME.test(name)
}

interface Placement {
  /** `resource group/cluster name`, for the ownership tags. */
  cluster: string
  location: string
}

/** The request that makes one node for a claim. Throws `InvalidRequest` for what AKS would refuse anyway. */
export function agentPoolBody(spec: InstanceSpec, { cluster, location }: Placement): AgentPool {
  refuseImpossible(spec)
  return {
    count: 1,
    mode: 'User',
    typePropertiesType: 'VirtualMachineScaleSets',
    osType: 'Linux',
    osSKU: 'Ubuntu',
    vmSize: spec.instanceType,
    nodeLabels: nodeLabels(spec),
    nodeTaints: nodeTaints(spec.taints),
    tags: ownershipTags(spec, cluster),
    ...(spec.diskGiB !== undefined && { osDiskSizeGB: spec.diskGiB }),
    ...(spec.capacityType === 'spot' && { scaleSetPriority: 'Spot' }),
    ...(spec.zone !== undefined && { availabilityZones: [zoneNumber(spec.zone, location)] }),
  }
}

function refuseImpossible({ name, instanceType, diskGiB, claimCreatedAt }: InstanceSpec): void {
  if (!isPoolName(name)) {
    throw new CloudError('InvalidRequest', `${name} cannot name an agent pool: 1 to 12 of a-z and 0-9, a letter first`)
  }
  if (!/^\w+$/.test(instanceType)) throw new CloudError('InvalidRequest', `"${instanceType}" is not an Azure VM size`)
  if (diskGiB !== undefined && !(Number.isInteger(diskGiB) && diskGiB >= 1 && diskGiB <= LARGEST_DISK_GIB)) {
    throw new CloudError('InvalidRequest', `an OS disk has 1 to ${LARGEST_DISK_GIB} GiB, not ${diskGiB}`)
  }
  if (Number.isNaN(Date.parse(claimCreatedAt))) {
    throw new CloudError('InvalidRequest', `"${claimCreatedAt}" is not the time a claim was created`)
  }
}

/** Azure numbers zones; Kubernetes labels put the region in front. */
function zoneNumber(zone: string, location: string): string {
  const prefix = `${location.toLowerCase()}-`
  return zone.toLowerCase().startsWith(prefix) ? zone.slice(prefix.length) : zone
}
