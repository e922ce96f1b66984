import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import type { AddressRange } from './download/address-rules.ts'
import { EXIT, Failure } from './failure.ts'

/** Where the kubelet looks for a last word, unless told otherwise. */
const TERMINATION_LOG = '/dev/termination-log'

const HOUR_MS = 3_600_000
const GIB = 1024 ** 3

const ranges = z.string().transform((text, context): AddressRange[] =>
  text.split(',').flatMap((part) => {
    const range = part.trim()
    if (ipaddr.isValidCIDR(range)) return [ipaddr.parseCIDR(range)]
    context.addIssue(`"${range}" is no range such as 10.20.0.0/16`)
    return []
  }),
)

const positive = () => z.coerce.number({ error: 'must be a number' }).positive({ error: 'must be more than 0' })

const environment = z.object({
  /** Addresses that data may have beside public ones. */
  ALLOW_ADDRESSES: ranges.default([]),
  /** All data files together. */
  MAX_DATA_GIB: positive().default(100),
  PUSH_DEADLINE_HOURS: positive().default(24),
})

export interface Config {
  allowedRanges: AddressRange[]
  mostDataBytes: number
  pushDeadlineMs: number
}

/** @throws Failure that names every variable which is wrong. */
export function readConfig(given: Record<string, string | undefined> = process.env): Config {
  // An empty variable is how a chart leaves a setting out.
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  const { data, error } = environment.safeParse(set)
  if (error) {
    const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Failure(EXIT.usage, `the settings in the environment are wrong: ${faults.join('; ')}`, { cause: error })
  }
  return {
    allowedRanges: data.ALLOW_ADDRESSES,
    mostDataBytes: data.MAX_DATA_GIB * GIB,
    pushDeadlineMs: data.PUSH_DEADLINE_HOURS * HOUR_MS,
  }
}

/** Where the last word goes: to a file of its own, or to the kubelet's, which is there or nobody reads it. */
export function terminationLog(given: Record<string, string | undefined> = process.env) {
  const own = given.TERMINATION_LOG
  return own ? { path: own, create: true } : { path: TERMINATION_LOG, create: false }
}
