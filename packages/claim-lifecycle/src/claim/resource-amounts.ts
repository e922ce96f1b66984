import { quantityValue } from '@kaito/api'

const GIB = 2 ** 30
/** Clouds take a size from here on, and nothing between it and zero. */
const SMALLEST_DISK_GIB = 30
/** The rest of a disk is the system's, and what the kubelet keeps free. */
const SHARE_FOR_PODS = 0.85

/** The resources that a claim requests. */
interface RequestedResources {
  /** In base units; only those above zero. */
  requests: Record<string, number>
  /** As named in `storage`, the key of KAITO's provisioners; undefined takes the default of the class or the size. */
  diskGiB: number | undefined
  /**
   * What the disk must have for its pods, from `ephemeral-storage`: Karpenter core adds up there what they request, which
   * is often next to nothing. Undefined where `diskGiB` is named.
   */
  leastDiskGiB: number | undefined
  /** Why some of it can never be served; the rest is as if that were not there. */
  faults: string[]
}

/** Reads the resource requests of a claim. Never throws: a stored object can hold anything. */
export function requestedResources(quantities: Record<string, string | number> = {}): RequestedResources {
  const faults: string[] = []
  const requests: Record<string, number> = {}
  for (const [name, quantity] of Object.entries(quantities)) {
    const amount = amountOf(quantity)
    if (amount === undefined) faults.push(`resources.requests: "${quantity}" is no amount of ${name}`)
    else if (amount < 0) faults.push(`resources.requests: ${name} is ${quantity}, less than nothing`)
    else if (amount > 0) requests[name] = amount
  }
  return { requests, ...disk(requests), faults }
}

/** In base units; undefined for what is no finite amount. */
export function amountOf(quantity: string | number): number | undefined {
  try {
    const amount = quantityValue(quantity)
    return Number.isFinite(amount) ? amount : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function disk({ storage, 'ephemeral-storage': forPods }: Record<string, number>) {
  if (storage !== undefined) {
    return { diskGiB: Math.max(SMALLEST_DISK_GIB, Math.ceil(storage / GIB)), leastDiskGiB: undefined }
  }
  const leastDiskGiB = forPods === undefined ? undefined : Math.ceil(forPods / GIB / SHARE_FOR_PODS)
  return { diskGiB: undefined, leastDiskGiB }
}
