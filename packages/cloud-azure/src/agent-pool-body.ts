import type { AgentPool } from '@azure/arm-containerservice'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { classSettings } from './class-settings.ts'
import { nodeLabels, nodeTaints } from './node-labels.ts'
import { ownershipTags } from './ownership-tags.ts'
import { zoneNumber } from './zone-number.ts'

/** AKS's pattern for Linux agent pools. */
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/
/** Bounds AKS sets for an OS disk. */
const SMALLEST_DISK_GIB = 30
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

/**
 * The request that makes one node for a claim: what KAITO's gpu-provisioner v0.4.3 sends, and more. The same spec gives
 * the same body. Throws `InvalidRequest` for what AKS would refuse anyway.
 */
export function agentPoolBody(spec: InstanceSpec, { cluster, location }: Placement): AgentPool {
  refuseImpossible(spec)
  const { tags, ...settings } = classSettings(spec)
  return {
    count: 1,
    mode: 'User',
    typePropertiesType: 'VirtualMachineScaleSets',
    osType: 'Linux',
    ...settings,
    vmSize: spec.instanceType,
    nodeLabels: nodeLabels(spec),
    nodeTaints: nodeTaints(spec.taints),
    tags: { ...tags, ...ownershipTags(spec, cluster) },
    // What a claim asks for is the least it needs.
    ...(spec.diskGiB !== undefined && { osDiskSizeGB: Math.max(SMALLEST_DISK_GIB, spec.diskGiB) }),
    ...(spec.zone !== undefined && { availabilityZones: [zoneNumber(spec.zone, location)] }),
  }
}

function refuseImpossible({ name, instanceType, diskGiB, claimCreatedAt }: InstanceSpec): void {
  if (!isPoolName(name)) {
    throw new CloudError('InvalidRequest', `${name} cannot name an agent pool: it must match ${POOL_NAME.source}`)
  }
  if (!/^\w+$/.test(instanceType)) throw new CloudError('InvalidRequest', `"${instanceType}" is not an Azure VM size`)
  if (diskGiB !== undefined && !(Number.isInteger(diskGiB) && diskGiB >= 1 && diskGiB <= LARGEST_DISK_GIB)) {
    throw new CloudError('InvalidRequest', `an OS disk has 1 to ${LARGEST_DISK_GIB} GiB, not ${diskGiB}`)
  }
  if (Number.isNaN(Date.parse(claimCreatedAt))) {
    throw new CloudError('InvalidRequest', `"${claimCreatedAt}" is not the time a claim was created`)
  }
}
