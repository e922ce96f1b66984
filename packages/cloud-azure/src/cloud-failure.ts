import type { Reason } from '@kaito/api'
import { type Call, CloudError, type CloudErrorOptions, concernsChoice, type InstanceSpec } from '@kaito/cloud-provider'
import { type ArmFailure, ArmRefusal, armErrorEntries } from './arm-failure.ts'
import { verdict } from './error-map.ts'
import { remedy } from './remedy.ts'

/** Status conditions and events are small; Azure's longest messages list every size of a region. */
const LONGEST_MESSAGE = 900

interface Explained {
  reason: Reason
  message: string
  remedy?: string
}

/** Reason, Azure's words and the next step of one failure. */
export function explain(failure: ArmFailure, instanceType?: string): Explained {
  const { reason, entry } = verdict(failure)
  const words = entry ? [entry.code, entry.message].filter(Boolean).join(': ') : `Azure answered ${failure.status}`
  const message = printable(words)
  const next = remedy(reason, { instanceType, message: entry?.message ?? '' })
  return next === undefined ? { reason, message } : { reason, message, remedy: next }
}

/** Why an agent pool is in state Failed, from its `status.provisioningError`. */
export function explainFailedPool(provisioningError: unknown, instanceType: string | undefined): Explained {
  const entries = armErrorEntries(provisioningError)
  if (entries.length === 0)
    return { reason: 'Unknown', message: 'Azure reports the agent pool as failed and gives no reason.' }
  return explain({ status: undefined, entries }, instanceType)
}

/** Whatever a call of the Azure SDK threw, as this seam's error. An aborted call keeps its own reason. */
export function toCloudError(error: unknown, call: Call, spec?: InstanceSpec): unknown {
  if (call.signal.aborted) return call.signal.reason
  if (error instanceof CloudError) return error
  if (error instanceof ArmRefusal) return refused(error, spec)
  if (!(error instanceof Error)) return error
  if (isCredentialFailure(error)) return named('Unauthorized', error)
  return isTransportFailure(error) ? named('CloudUnreachable', error) : error
}

function refused(error: ArmRefusal, spec: InstanceSpec | undefined): CloudError {
  const { reason, message, remedy: next } = explain(error.failure, spec?.instanceType)
  const options: CloudErrorOptions = { cause: error }
  if (next !== undefined) options.remedy = next
  if (error.failure.retryAfterMs !== undefined) options.retryAfterMs = error.failure.retryAfterMs
  if (spec && concernsChoice(reason)) {
    options.choice = { instanceType: spec.instanceType, zone: spec.zone, capacityType: spec.capacityType }
  }
  return new CloudError(reason, message, options)
}

function named(reason: Reason, error: Error): CloudError {
  const next = remedy(reason, { instanceType: undefined, message: '' })
  return new CloudError(reason, printable(error.message), { cause: error, ...(next !== undefined && { remedy: next }) })
}

/** Errors of @azure/identity; those that carry a server's own trouble are transport failures. */
function isCredentialFailure(error: Error): boolean {
  const isIdentity = /^(?:CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError)$/.test(
    error.name,
  )
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 400
  return isIdentity && status < 500 && status !== 429
}

function isTransportFailure(error: Error): boolean {
  return /^(?:RestError|AbortError|AuthenticationError)$/.test(error.name)
}

function printable(text: string): string {
  return text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE)
}
