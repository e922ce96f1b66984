import { quantityValue } from '@kaito/api'

const GIB = 2 ** 30
/** AKS takes a size from here on, and nothing between it and zero. */
const SMALLEST_DISK_GIB = 30

/** The resources that a claim requests. */
interface RequestedResources {
  /** In base units; only those above zero. */
  requests: Record<string, number>
  /** Undefined takes the cloud's default for the size. */
  diskGiB: number | undefined
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
  return { requests, diskGiB: diskGiB(requests), faults }
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

/** The older lineage of provisioners asks for disk as `storage`, Karpenter core as `ephemeral-storage`. */
function diskGiB(requests: Record<string, number>): number | undefined {
  const bytes = requests.storage ?? requests['ephemeral-storage']
  return bytes === undefined ? undefined : Math.max(SMALLEST_DISK_GIB, Math.ceil(bytes / GIB))
}
