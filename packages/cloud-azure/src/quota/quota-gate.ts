import { type Call, CloudError, type InstanceSpec } from '@kaito/cloud-provider'
import { remedyOf } from '../remedy.ts'
import { zoneNumber } from '../zone-number.ts'
import type { VCpuUsages, VmSizes } from './compute-facts.ts'
import type { ComputeReader } from './compute-reader.ts'
import { LatestReading } from './latest-reading.ts'
import { LaunchesUnderWay } from './launches-under-way.ts'
import { sizeRefusal } from './size-refusal.ts'
import { quotasOf, vCpuRefusal } from './vcpu-refusal.ts'

interface QuotaGateOptions {
  location: string
  compute: ComputeReader
  clock: { monotonic(): number; after(ms: number, callback: () => void): () => void }
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
  /** A failed reading in words. */
  explain(error: unknown): CloudError
}

const USAGES_VALID_MS = 60_000
const SIZES_VALID_MS = 6 * 3_600_000
/** A launch is let out by what was read a while ago, but none is refused by anything older than this. */
const REFUSED_BY_MS = 5000
const NOT_ENOUGH_MS = 600_000
/** As long as the longest back-off of a claim: an answer to a request for quota is used within that time. */
const HOPELESS_MS = 1_800_000

/**
 * Says no before Azure does: whether a size is offered and its vCPUs are within the quota, counting launches under way.
 * What it does not know it lets out: Azure has the last word.
 */
export class QuotaGate {
  readonly #options: QuotaGateOptions
  readonly #usages: LatestReading<VCpuUsages>
  readonly #sizes: LatestReading<VmSizes>
  readonly #underWay = new LaunchesUnderWay()
  #sequence = 0
  readonly #causes = new Set<string>()

  constructor(options: QuotaGateOptions) {
    this.#options = options
    const { compute, clock } = options
    const telling = {
      clock,
      onOutage: (error: unknown) => this.#tellOutage(error),
      onRecovery: () => this.#tellRecovery(),
    }
    this.#usages = new LatestReading({
      ...telling,
      read: compute.usages,
      validMs: USAGES_VALID_MS,
      onRead: (usages, begunAt) => this.#underWay.counted(usages, begunAt),
    })
    this.#sizes = new LatestReading({ ...telling, read: compute.sizes, validMs: SIZES_VALID_MS })
  }

  /** Reads what is needed to judge a launch. Waits two seconds at most, and not at all while Azure does not answer. */
  async prepare(spec: InstanceSpec, call: Call): Promise<void> {
    const ask = { signal: call.signal, begunAt: () => this.#next() }
    await Promise.all([this.#sizes.ask(Number.POSITIVE_INFINITY, ask), this.#usages.ask(Number.POSITIVE_INFINITY, ask)])
    const refused = this.#refusal(spec, Number.POSITIVE_INFINITY)
    if (refused?.reason === 'SkuNotAvailable') await this.#sizes.ask(REFUSED_BY_MS, ask)
    if (refused?.reason === 'QuotaExceeded') await this.#usages.ask(REFUSED_BY_MS, ask)
  }

  /** Counts the launch as under way, or throws what was found out about it. Not to be awaited between: it is one step. */
  admit(spec: InstanceSpec): void {
    const refusal = this.#refusal(spec, REFUSED_BY_MS)
    if (refusal) throw refusal
    const size = this.#sizes.within(SIZES_VALID_MS)?.get(spec.instanceType.toLowerCase())
    const usages = this.#usages.within(USAGES_VALID_MS)
    if (!size || !usages || isReserved(spec)) return
    const quotas = quotasOf(size, spec.capacityType === 'spot')
    const used = new Map(quotas.map((quota) => [quota, usages.get(quota.toLowerCase())?.used ?? 0]))
    this.#underWay.add(spec.name, { quotas, vCpus: size.vCpus, used, at: this.#next() })
  }

  isUnderWay(pool: string): boolean {
    return this.#underWay.has(pool)
  }

  /** An admitted launch made nothing. */
  release(pool: string): void {
    this.#underWay.release(pool)
  }

  /** Taken before a list of agent pools. */
  mark(): number {
    return this.#next()
  }

  /** Pools that a list showed as being created. */
  listed(creating: ReadonlySet<string>, mark: number): void {
    this.#underWay.listed(creating, { begunAt: mark, endedAt: this.#next() })
  }

  #next(): number {
    this.#sequence += 1
    return this.#sequence
  }

  #refusal(spec: InstanceSpec, maxAgeMs: number): CloudError | undefined {
    const { location } = this.#options
    const isSpot = spec.capacityType === 'spot'
    const sizes = this.#sizes.within(SIZES_VALID_MS)
    if (!sizes) return undefined
    const zone = spec.zone === undefined ? undefined : zoneNumber(spec.zone, location)
    const { instanceType } = spec
    const unavailable = sizeRefusal({ instanceType, zone, isSpot }, sizes, location)
    if (unavailable && this.#sizes.within(maxAgeMs)) {
      const options = { retryAfterMs: HOPELESS_MS, ...remedyOf('SkuNotAvailable') }
      return refusalOf(spec, { reason: 'SkuNotAvailable', message: unavailable, options })
    }
    const size = sizes.get(instanceType.toLowerCase())
    const usages = this.#usages.within(maxAgeMs)
    // Capacity that is reserved counts in the quota already.
    if (!size || !usages || isReserved(spec)) return undefined
    const underWay = (quota: string, used: number) => this.#underWay.beyond(quota, used, spec.name)
    const short = vCpuRefusal({ size, isSpot }, usages, underWay)
    if (!short) return undefined
    const { quota, message, isHopeless } = short
    const remedy = remedyOf('QuotaExceeded', { instanceType, message: undefined, quota })
    const options = { retryAfterMs: isHopeless ? HOPELESS_MS : NOT_ENOUGH_MS, ...remedy }
    return refusalOf(spec, { reason: 'QuotaExceeded', message, options })
  }

  #tellOutage(error: unknown): void {
    const { reason, message, remedy } = this.#options.explain(error)
    // The words of one and the same outage differ from time to time, and one role gives both rights.
    if (this.#causes.has(reason)) return
    this.#causes.add(reason)
    this.#options.log.warn({ reason, why: message, remedy }, 'sizes and quota cannot be read: launches go out unasked')
  }

  #tellRecovery(): void {
    this.#causes.clear()
    this.#options.log.info({}, 'sizes and quota can be read again')
  }
}

const isReserved = (spec: InstanceSpec) => spec.class.capacityReservationGroupId !== undefined

function refusalOf(
  { instanceType, zone, capacityType }: InstanceSpec,
  { reason, message, options }: { reason: 'QuotaExceeded' | 'SkuNotAvailable'; message: string; options: object },
): CloudError {
  return new CloudError(reason, message, { ...options, choice: { instanceType, zone, capacityType } })
}
