import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { EXIT, Failure } from '../failure.ts'
import { type AddressRange, refusalOf } from './address-rules.ts'

/** Every address of a host name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>

interface GuardedAgentOptions {
  allowedRanges: AddressRange[]
  resolve: Resolve
  /** How long a server may send nothing. */
  quietMs: number
}

/**
 * An agent whose every connection, also after a redirect, goes to an address that was judged for it: a name that is
 * looked up once for a check and once more to connect could have changed its mind in between.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  const { allowedRanges, quietMs } = options
  const connect = buildConnector({ timeout: quietMs, allowH2: false, lookup: guardedLookup(options) })
  return new Agent({
    headersTimeout: quietMs,
    bodyTimeout: quietMs,
    allowH2: false,
    connect(target, callback) {
      const { hostname } = target
      // What is an address already is never looked up.
      const refusal = isIP(hostname) ? refused(hostname, [hostname], allowedRanges) : undefined
      if (refusal) callback(refusal, null)
      else connect(target, callback)
    },
  })
}

function guardedLookup({ resolve, allowedRanges }: GuardedAgentOptions): LookupFunction {
  const judged = async (hostname: string) => {
    const [first, ...others] = await resolve(hostname)
    if (!first) throw Object.assign(new Error(`there is no address for ${hostname}`), { code: 'ENOTFOUND' })
    const found = [first, ...others]
    const addresses = found.map(({ address }) => address)
    const refusal = refused(hostname, addresses, allowedRanges)
    if (refusal) throw refusal
    return { first, found }
  }
  return (hostname, { all }, callback) =>
    void judged(hostname).then(
      ({ first, found }) => (all ? callback(null, found) : callback(null, first.address, first.family)),
      (error) => callback(error, []),
    )
}

/** One address that is not allowed among others is enough. */
function refused(host: string, addresses: string[], allowedRanges: AddressRange[]): Failure | undefined {
  const refusal = addresses.map((address) => refusalOf(address, allowedRanges)).find((why) => why !== undefined)
  if (refusal === undefined) return undefined
  return new Failure(
    EXIT.address,
    `the address of ${host} is not allowed (${refusal}): put the data where everybody can reach it, ` +
      'or have the operator of the cluster open the range (ALLOW_ADDRESSES)',
  )
}
