import type { VCpuUsages, VmSize, VmSizes } from '../quota/compute-facts.ts'

/** A size of 24 vCPUs that is offered everywhere, with any part replaced. */
export function aVmSize(parts: Partial<VmSize> = {}): VmSize {
  return {
    name: 'Standard_NC24ads_A100_v4',
    family: 'StandardNCADSA100v4Family',
    vCpus: 24,
    zones: ['1', '2', '3'],
    isSpotCapable: true,
    isRestricted: false,
    restrictedZones: [],
    ...parts,
  }
}

export function sizesOf(...sizes: VmSize[]): VmSizes {
  return new Map(sizes.map((size) => [size.name.toLowerCase(), size]))
}

/** Quotas by name, each as used and limit. */
export function usagesOf(quotas: Record<string, [used: number, limit: number]>): VCpuUsages {
  return new Map(Object.entries(quotas).map(([name, [used, limit]]) => [name.toLowerCase(), { used, limit }]))
}
