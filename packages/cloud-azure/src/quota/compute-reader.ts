import type { ResourceSku, Usage } from '@azure/arm-compute'
import { CloudError } from '@kaito/cloud-provider'
import type { WithComputeClient } from '../azure-client.ts'
import type { VCpuUsages, VmSize, VmSizes } from './compute-facts.ts'

/** What Microsoft.Compute tells about a subscription in one region. Both reject with what the SDK rejects with. */
export interface ComputeReader {
  usages(signal: AbortSignal): Promise<VCpuUsages>
  sizes(signal: AbortSignal): Promise<VmSizes>
}

/** Api-versions of the two operations in `@azure/arm-compute`. */
const USAGES_VERSION = '2026-04-01'
const SKUS_VERSION = '2021-07-01'

interface Place {
  subscriptionId: string
  location: string
}

export function createComputeReader({ subscriptionId, location }: Place, use: WithComputeClient): ComputeReader {
  const base = `/subscriptions/${subscriptionId}/providers/Microsoft.Compute`
  async function everyItem<T>(path: string, query: Record<string, string>, signal: AbortSignal): Promise<T[]> {
    return await use(async (client) => {
      const items: T[] = []
      const first = client.pathUnchecked(path).get({ queryParameters: query, abortSignal: signal })
      let page = pageOf<T>((await first).body)
      items.push(...page.value)
      while (page.nextLink) {
        page = pageOf<T>((await client.pathUnchecked(page.nextLink).get({ abortSignal: signal })).body)
        items.push(...page.value)
      }
      return items
    })
  }

  return {
    async usages(signal) {
      const path = `${base}/locations/${encodeURIComponent(location)}/usages`
      const items = await everyItem<Partial<Usage>>(path, { 'api-version': USAGES_VERSION }, signal)
      return new Map(items.flatMap((item) => usage(item) ?? []))
    },
    async sizes(signal) {
      const query = { 'api-version': SKUS_VERSION, $filter: `location eq '${location}'` }
      const items = await everyItem<Partial<ResourceSku>>(`${base}/skus`, query, signal)
      const sizes = new Map(items.flatMap((item) => vmSize(item, location) ?? []))
      // A region without any machine is a name that Azure does not know, or an answer cut short.
      if (sizes.size === 0) throw new CloudError('CloudUnreachable', `Azure lists no VM sizes in ${location}`)
      return sizes
    },
  }
}

function pageOf<T>(body: unknown): { value: T[]; nextLink?: string } {
  if (typeof body !== 'object' || body === null || !('value' in body) || !Array.isArray(body.value)) {
    throw new CloudError('CloudUnreachable', 'the answer is not a list of Microsoft.Compute')
  }
  const isLinked = 'nextLink' in body && typeof body.nextLink === 'string' && body.nextLink !== ''
  return { value: body.value, ...(isLinked && { nextLink: String(body.nextLink) }) }
}

function usage({ name, currentValue, limit }: Partial<Usage>): [string, { used: number; limit: number }][] | undefined {
  if (name?.value === undefined || typeof currentValue !== 'number' || typeof limit !== 'number') return undefined
  return [[name.value.toLowerCase(), { used: currentValue, limit }]]
}

function vmSize(sku: Partial<ResourceSku>, location: string): [string, VmSize][] | undefined {
  const { resourceType, name, family, capabilities = [], locationInfo = [], restrictions = [] } = sku
  const capability = (wanted: string) => capabilities.find((one) => one.name === wanted)?.value
  const vCpus = Number(capability('vCPUs'))
  if (resourceType !== 'virtualMachines' || !name || !family || !(vCpus > 0)) return undefined
  const here = locationInfo.find((one) => one.location?.toLowerCase() === location.toLowerCase())
  const zonal = restrictions.filter(({ type }) => type === 'Zone')
  const size: VmSize = {
    name,
    family,
    vCpus,
    zones: here?.zones ?? [],
    isSpotCapable: capability('LowPriorityCapable')?.toLowerCase() !== 'false',
    isRestricted: restrictions.some(({ type }) => type === 'Location'),
    restrictedZones: zonal.flatMap(({ restrictionInfo }) => restrictionInfo?.zones ?? []),
  }
  return [[name.toLowerCase(), size]]
}
