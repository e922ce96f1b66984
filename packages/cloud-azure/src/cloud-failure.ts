import type { Reason } from '@kaito/api'
import { type Call, CloudError, type CloudErrorOptions, concernsChoice, type InstanceSpec } from '@kaito/cloud-provider'
import { accessRemedy, type Place } from './access-remedy.ts'
import { type ArmFailure, ArmRefusal, armErrorEntries } from './arm-failure.ts'
import { verdict } from './error-map.ts'
import { printable } from './printable.ts'
import { remedyOf } from './remedy.ts'

interface Explained {
  reason: Reason
  message: string
  remedy?: string
}

interface Context {
  instanceType?: string | undefined
  /** Undefined for what an operation left behind. */
  place?: Place
}

/** Reason, Azure's words and the next step of one failure. */
function explain(failure: ArmFailure, { instanceType, place }: Context): Explained {
  const { reason, entry } = verdict(failure)
  const words = entry ? [entry.code, entry.message].filter(Boolean).join(': ') : `Azure answered ${failure.status}`
  const remedy = place && ACCESS.has(reason) ? accessRemedy(failure, place) : undefined
  const further = remedy ? { remedy } : remedyOf(reason, { instanceType, message: entry?.message })
  return { reason, message: printable(words), ...further }
}

/** Reasons that are about who asks, or for which cluster. */
const ACCESS = new Set<Reason>(['Unauthorized', 'InvalidRequest'])

/** Why an agent pool is in state Failed, from its `status.provisioningError`. */
export function explainFailedPool(provisioningError: unknown, instanceType: string | undefined): Explained {
  const entries = armErrorEntries(provisioningError)
  if (entries.length === 0)
    return { reason: 'Unknown', message: 'Azure reports the agent pool as failed and gives no reason.' }
  return explain({ status: undefined, entries }, { instanceType })
}

/** What the SDK throws without an answer, at its timeout, and (`TypeError`) on an answer of the wrong shape. */
const NO_ANSWER = new Set(['RestError', 'AbortError', 'TypeError'])

/** Whatever a call of the Azure SDK threw, as this seam's error. An aborted call keeps its own reason. */
export function toCloudError(error: unknown, call: Call, about: { place: Place; spec?: InstanceSpec }): unknown {
  if (call.signal.aborted) return call.signal.reason
  if (error instanceof CloudError) return error
  if (error instanceof ArmRefusal) return refused(error, about)
  return error instanceof Error && NO_ANSWER.has(error.name) ? unreachable(error) : error
}

/** A failure that is told and otherwise passed over, in this seam's words. */
export function explainError(error: unknown, place: Place): CloudError {
  const call = { signal: new AbortController().signal }
  const told = toCloudError(error, call, { place })
  return told instanceof CloudError ? told : new CloudError('Unknown', printable(String(told)), { cause: error })
}

/** A pool that is there and not the claim's. */
export function nameConflict(pool: string, why?: string): CloudError {
  const message = `agent pool ${pool} exists and was not made for this claim${why === undefined ? '' : `: ${why}`}`
  return new CloudError('NameConflict', message, remedyOf('NameConflict'))
}

function refused(error: ArmRefusal, { place, spec }: { place: Place; spec?: InstanceSpec }): CloudError {
  const { reason, message, ...remedy } = explain(error.failure, { instanceType: spec?.instanceType, place })
  const options: CloudErrorOptions = { ...remedy, cause: error }
  if (error.failure.retryAfterMs !== undefined) options.retryAfterMs = error.failure.retryAfterMs
  if (spec && concernsChoice(reason)) {
    options.choice = { instanceType: spec.instanceType, zone: spec.zone, capacityType: spec.capacityType }
  }
  return new CloudError(reason, message, options)
}

function unreachable(error: Error): CloudError {
  const words = error.name === 'AbortError' ? 'Azure did not answer in time' : error.message
  return new CloudError('CloudUnreachable', printable(words), { ...remedyOf('CloudUnreachable'), cause: error })
}
