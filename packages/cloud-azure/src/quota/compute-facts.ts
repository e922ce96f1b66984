/** A VM size as one region offers it to one subscription. */
export interface VmSize {
  name: string
  /** Name of the quota its vCPUs count in. */
  family: string
  vCpus: number
  /** Zones that have it; none where it is placed by region only. */
  zones: readonly string[]
  isSpotCapable: boolean
  /** Not offered to this subscription in this region. */
  isRestricted: boolean
  /** Zones in which it is not offered to this subscription. */
  restrictedZones: readonly string[]
}

/** By lower-case name: Azure compares names of sizes without case. */
export type VmSizes = ReadonlyMap<string, VmSize>

/** vCPUs in use and allowed, by lower-case name of the quota: a family, `cores` or `lowprioritycores`. */
export type VCpuUsages = ReadonlyMap<string, { used: number; limit: number }>
