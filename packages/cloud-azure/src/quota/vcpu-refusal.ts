import type { VCpuUsages, VmSize } from './compute-facts.ts'

/** Names of quotas beside the families, as Microsoft.Compute has them. */
const REGIONAL = 'cores'
const SPOT = 'lowPriorityCores'

/** The quotas in which one machine counts. */
export function quotasOf({ family }: VmSize, isSpot: boolean): string[] {
  return isSpot ? [SPOT] : [family, REGIONAL]
}

interface VCpuRefusal {
  /** Name of the quota, as a user finds it in Azure. */
  quota: string
  message: string
  /** Nothing of this quota was ever granted, or not enough for one such machine. */
  isHopeless: boolean
}

/** Reads the vCPUs that launches under way will use beside those that Azure counts already. */
type UnderWay = (quota: string, used: number) => number

/** Which quota one more machine of a size does not fit into; undefined where it fits, or where nothing is known. */
export function vCpuRefusal(
  { size, isSpot }: { size: VmSize; isSpot: boolean },
  usages: VCpuUsages,
  underWay: UnderWay,
): VCpuRefusal | undefined {
  for (const quota of quotasOf(size, isSpot)) {
    const usage = usages.get(quota.toLowerCase())
    if (!usage) continue
    const { used, limit } = usage
    const more = underWay(quota, used)
    if (used + more + size.vCpus <= limit) continue
    const coming = more > 0 ? `, under way ${more}` : ''
    const message = `needs ${size.vCpus} vCPUs of ${WORDS.get(quota) ?? quota}, limit ${limit}, used ${used}${coming}`
    return { quota: WORDS.get(quota) ?? quota, message, isHopeless: limit < size.vCpus }
  }
  return undefined
}

const WORDS = new Map([
  [REGIONAL, 'total regional vCPUs (cores)'],
  [SPOT, 'spot vCPUs (lowPriorityCores)'],
])
