import type { Clock } from '../clock.ts'
import type { Lease } from '../core-objects.ts'
import { LEASES } from '../core-resources.ts'
import { isAlreadyExists, isConflict, isNotFound } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import type { Logger } from '../logger.ts'

interface LeaseRecordOptions {
  client: KubeClient
  lease: { namespace: string; name: string }
  identity: string
  clock: Clock
  log: Logger
  leaseDurationMs: number
  renewDeadlineMs: number
}

/** The Lease object as one candidate sees and writes it. No method rejects. */
interface LeaseRecord {
  /** Somebody else who was seen renewing it, and whose lease has not run out since. */
  liveHolder(): string | undefined
  /** True when this candidate now holds it. */
  tryToTake(): Promise<boolean>
  /** `failed` may be tried again; `taken` is final. */
  renew(): Promise<'renewed' | 'failed' | 'taken'>
  release(): Promise<void>
}

export function createLeaseRecord(options: LeaseRecordOptions): LeaseRecord {
  const { client, lease: key, identity } = options
  const trouble = createTroubleLog(options.log)
  const claim = createClaim(options)
  const sighting = createSighting(options)
  const within = createRequestLimit(options)
  let held: Lease | undefined
  async function take(signal: AbortSignal): Promise<Lease | undefined> {
    const current = await client.get(LEASES, key, { signal })
    if (!current) return client.create(LEASES, { metadata: key, spec: claim(undefined) }, { signal })
    return sighting.isOver(current)
      ? client.replace(LEASES, { ...current, spec: claim(current.spec) }, { signal })
      : undefined
  }

  async function whoHolds(): Promise<'failed' | 'taken'> {
    const current = await within((signal) => client.get(LEASES, key, { signal }))
    if (current?.spec?.holderIdentity !== identity) return 'taken'
    held = current
    return 'failed'
  }

  async function renew(lease: Lease): Promise<'renewed' | 'failed' | 'taken'> {
    try {
      held = await within((signal) => client.replace(LEASES, { ...lease, spec: claim(lease.spec) }, { signal }))
      trouble.over()
      return 'renewed'
    } catch (error) {
      if (isNotFound(error)) return 'taken'
      // An earlier renewal whose answer was lost makes the same conflict as another holder.
      if (isConflict(error)) return whoHolds()
      throw error
    }
  }

  return {
    liveHolder: sighting.liveHolder,
    async tryToTake() {
      try {
        held = await within(take)
        trouble.over()
        return held !== undefined
      } catch (error) {
        if (!isConflict(error) && !isAlreadyExists(error)) trouble.say(error)
        return false
      }
    },
    async renew() {
      try {
        return held ? await renew(held) : 'taken'
      } catch (error) {
        trouble.say(error)
        return 'failed'
      }
    },
    async release() {
      if (!held) return
      const released = { ...held, spec: { ...claim(held.spec), holderIdentity: '', leaseDurationSeconds: 1 } }
      try {
        await within((signal) => client.replace(LEASES, released, { signal }))
      } catch (error) {
        options.log.warn({ err: error }, 'the lease was not released and will run out by itself')
      }
    },
  }
}

/** One line per outage: candidates ask every few seconds. */
function createTroubleLog(log: Logger) {
  let said = false
  return {
    say(error: unknown): void {
      if (said) log.debug({ err: error }, 'lease request failed')
      else log.warn({ err: error }, 'lease request failed')
      said = true
    },
    over(): void {
      said = false
    },
  }
}

type LeaseSpec = NonNullable<Lease['spec']>

function createClaim({ identity, clock, leaseDurationMs }: LeaseRecordOptions) {
  return function claim(previous: LeaseSpec | undefined): LeaseSpec {
    const now = microTime(clock)
    const isOurs = previous?.holderIdentity === identity
    return {
      ...previous,
      holderIdentity: identity,
      leaseDurationSeconds: leaseDurationMs / 1000,
      acquireTime: isOurs ? (previous.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (previous?.leaseTransitions ?? 0) + (previous && !isOurs ? 1 : 0),
    }
  }
}

/**
 * What a candidate has seen of the lease. Other clocks are not trusted: it is over when no change of it was seen for its
 * whole duration, and its holder lives when it was seen renewed within that.
 */
function createSighting({ identity, clock, leaseDurationMs }: LeaseRecordOptions) {
  let version: string | undefined
  let unchangedSince = 0
  let holder = ''
  let renewTime: string | undefined
  let renewedAt = Number.NEGATIVE_INFINITY
  let durationMs = leaseDurationMs

  function see({ metadata, spec }: Lease): void {
    if (version === metadata.resourceVersion) return
    const isFirst = version === undefined
    version = metadata.resourceVersion
    unchangedSince = clock.monotonic()
    if (!isFirst && renewTime !== spec?.renewTime) renewedAt = unchangedSince
    renewTime = spec?.renewTime
    holder = spec?.holderIdentity ?? ''
    durationMs = (spec?.leaseDurationSeconds ?? leaseDurationMs / 1000) * 1000
  }

  return {
    isOver(lease: Lease): boolean {
      see(lease)
      if (holder === '' || holder === identity) return true
      return clock.monotonic() - unchangedSince >= durationMs
    },
    liveHolder: () => (holder !== '' && clock.monotonic() - renewedAt < durationMs ? holder : undefined),
  }
}

/** A request that hangs must leave time for another one before the deadline. */
function createRequestLimit({ clock, renewDeadlineMs }: LeaseRecordOptions) {
  return async function within<R>(use: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController()
    const cancel = clock.after(renewDeadlineMs / 2, () =>
      controller.abort(new Error('the lease request took too long')),
    )
    try {
      return await use(controller.signal)
    } finally {
      cancel()
    }
  }
}

/** Kubernetes `MicroTime`. */
function microTime(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '000Z')
}
