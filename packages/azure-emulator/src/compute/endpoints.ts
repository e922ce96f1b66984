import { armError } from '../arm/arm-error.ts'
import type { ArmCall } from '../arm/call.ts'
import type { Cloud } from '../cloud.ts'
import { type HttpAnswer, json } from '../http/exchange.ts'
import type { Settings } from '../settings.ts'
import { usageOf } from './quota.ts'
import { VM_SIZES, type VmSize } from './vm-sizes.ts'

const LOCATION_FILTER = /^\s*location\s+eq\s+'([^']*)'\s*$/i

/** `Microsoft.Compute/skus`: the sizes of the region; Azure knows no other filter than the location. */
export function listSkus({ settings }: Cloud, { request }: ArmCall): HttpAnswer {
  const filter = request.url.searchParams.get('$filter')
  const [, location] = LOCATION_FILTER.exec(filter ?? '') ?? []
  if (filter && location === undefined)
    throw armError({
      status: 400,
      code: 'InvalidFilter',
      message: `The filter '${filter}' is not valid. Only location eq '<location>' is supported.`,
    })
  const elsewhere = location !== undefined && location.toLowerCase() !== settings.location
  const offered = VM_SIZES.filter(({ retired }) => settings.offersRetiredSizes || !retired)
  return json(200, { value: elsewhere ? [] : offered.map((size) => skuBody(size, settings)) })
}

function skuBody(size: VmSize, settings: Settings): Record<string, unknown> {
  const { location, zones } = settings
  const restricted = settings.restrictedSizes.some((name) => name.toLowerCase() === size.name.toLowerCase())
  const placements = [size.localDiskGiB >= 30 && 'ResourceDisk', size.cacheGiB >= 30 && 'CacheDisk'].filter(Boolean)
  const capabilities = {
    MaxResourceVolumeMB: size.localDiskGiB * 1024,
    OSVhdSizeMB: 1_047_552,
    vCPUs: size.vCpus,
    vCPUsAvailable: size.vCpus,
    MemoryGB: size.memoryGiB,
    ...(size.gpus > 0 && { GPUs: size.gpus }),
    HyperVGenerations: 'V1,V2',
    CpuArchitectureType: size.cpuArchitecture,
    LowPriorityCapable: 'True',
    ...(size.cacheGiB > 0 && { CachedDiskBytes: size.cacheGiB * 1024 ** 3 }),
    EphemeralOSDiskSupported: placements.length > 0 ? 'True' : 'False',
    ...(placements.length > 0 && { SupportedEphemeralOSDiskPlacements: placements.join(',') }),
    EncryptionAtHostSupported: 'True',
    AcceleratedNetworkingEnabled: 'True',
    RdmaEnabled: 'False',
  }
  return {
    resourceType: 'virtualMachines',
    name: size.name,
    tier: 'Standard',
    size: size.name.replace(/^Standard_/, ''),
    family: size.family,
    locations: [location],
    locationInfo: [{ location, zones, zoneDetails: [] }],
    capabilities: Object.entries(capabilities).map(([name, value]) => ({ name, value: String(value) })),
    restrictions: restricted
      ? [
          {
            type: 'Location',
            values: [location],
            restrictionInfo: { locations: [location] },
            reasonCode: 'NotAvailableForSubscription',
          },
        ]
      : [],
  }
}

/** `Microsoft.Compute/locations/usages`: vCPUs in use against the quotas. */
export function listUsages({ settings, pools }: Cloud, { params }: ArmCall): HttpAnswer {
  if (params.location?.toLowerCase() !== settings.location)
    throw armError({
      status: 400,
      code: 'NoRegisteredProviderFound',
      message: `No registered resource provider found for location '${params.location ?? ''}'. The supported locations are '${settings.location}'.`,
    })
  const families = [...new Set(VM_SIZES.map(({ family }) => family))]
  const names: [string, string][] = [
    ['cores', 'Total Regional vCPUs'],
    ['lowPriorityCores', 'Total Regional Low-priority vCPUs'],
    ...families.map((family): [string, string] => [
      family,
      `${family.replace(/^standard\s*/i, 'Standard ').replace(/\s*Family$/, '')} Family vCPUs`,
    ]),
  ]
  const value = names.map(([name, localizedValue]) => {
    const { used, limit } = usageOf(name, pools.values(), settings)
    return { unit: 'Count', currentValue: used, limit, name: { value: name, localizedValue } }
  })
  return json(200, { value })
}
