import {
  FAILED_LAUNCHES_ANNOTATION,
  LAUNCH_REFUSALS_ANNOTATION,
  REASONS,
  RETRY_ANNOTATION,
  type Reason,
} from '@kaito/api'
import type { Claim } from '../claim/claim.ts'
import type { RefusedChoice } from './choice-refusals.ts'
import { shortened } from './refusal.ts'

/** A spec change or a new retry value makes old failures and refusals count no more. */
interface CountedFor {
  generation: number
  retry: string
}

/** Accepted launches that ended without a usable node. */
interface FailedLaunches {
  /** Ordinal of the last one, over the claim's whole life; its instance is given back, whatever else happens. */
  last: number
  /** How many count against the limit now. */
  counted: number
  reason: string
  message: string
}

/** Launches the cloud did not accept. They cost nothing, so they are only spaced out. */
interface Refusals {
  times: number
  notBeforeMs: number
  reason: string
  message: string
}

/** An annotation is no database: what a claim with a hundred choices leaves out costs one more question at most. */
const RECORDED_CHOICES = 20
const RECORDED_MESSAGE_LIMIT = 160

const NO_FAILURES: FailedLaunches = { last: 0, counted: 0, reason: 'Unknown', message: '' }
const NO_REFUSALS: Refusals = { times: 0, notBeforeMs: 0, reason: 'Unknown', message: '' }

export function failedLaunches(claim: Claim): FailedLaunches {
  const record = readRecord(claim.annotations[FAILED_LAUNCHES_ANNOTATION])
  if (!record) return NO_FAILURES
  const { last, forgiven, reason, message } = record
  if (typeof last !== 'number' || typeof forgiven !== 'number') return NO_FAILURES
  const counted = isCurrent(record, claim) ? last - forgiven : 0
  return { last, counted, reason: textOr('Unknown', reason), message: textOr('', message) }
}

/** The annotation that says launch `ordinal` failed. Writing it again changes nothing. */
export function failedLaunchAnnotation(
  claim: Claim,
  failure: { launch: number; reason: string; message: string },
): Record<string, string> {
  const { last, counted } = failedLaunches(claim)
  const { launch, reason, message } = failure
  const record = { last: launch, forgiven: last - counted, reason, message, ...countedFor(claim) }
  return { [FAILED_LAUNCHES_ANNOTATION]: JSON.stringify(record) }
}

export function refusals(claim: Claim): Refusals {
  const record = readRecord(claim.annotations[LAUNCH_REFUSALS_ANNOTATION])
  if (!record || !isCurrent(record, claim)) return NO_REFUSALS
  const { times, notBefore, reason, message } = record
  const notBeforeMs = Date.parse(textOr('', notBefore))
  if (typeof times !== 'number' || Number.isNaN(notBeforeMs)) return NO_REFUSALS
  return { times, notBeforeMs, reason: textOr('Unknown', reason), message: textOr('', message) }
}

/** Whether refusals are on record that a spec change or a new retry value has made void: the user wants it asked again. */
export function isAskedAnew(claim: Claim): boolean {
  const record = readRecord(claim.annotations[LAUNCH_REFUSALS_ANNOTATION])
  return record !== undefined && !isCurrent(record, claim)
}

/** `choices` is what the cloud refused of them, so that a new process knows it. */
export function refusalAnnotation(
  claim: Claim,
  refused: Refusals & { choices?: readonly RefusedChoice[] },
): Record<string, string> {
  const { times, notBeforeMs, reason, message, choices = [] } = refused
  const record = {
    times,
    notBefore: new Date(notBeforeMs).toISOString(),
    reason,
    message,
    ...(choices.length > 0 && { choices: choices.slice(0, RECORDED_CHOICES).map(recordedChoice) }),
    ...countedFor(claim),
  }
  return { [LAUNCH_REFUSALS_ANNOTATION]: JSON.stringify(record) }
}

function recordedChoice({ choice, refusal }: RefusedChoice): object {
  const { reason, message, until } = refusal
  return {
    ...choice,
    reason,
    message: shortened(message, RECORDED_MESSAGE_LIMIT),
    until: new Date(until).toISOString(),
  }
}

/** What the cloud refused of the claim's choices when it was last asked, whatever has become of the claim since. */
export function recordedChoices(claim: Pick<Claim, 'annotations'>): RefusedChoice[] {
  const choices = readRecord(claim.annotations[LAUNCH_REFUSALS_ANNOTATION])?.choices
  return Array.isArray(choices) ? choices.flatMap((choice: unknown) => readChoice(choice) ?? []) : []
}

function readChoice(value: unknown): RefusedChoice | undefined {
  const { instanceType, capacityType, zone, reason, message, until }: Record<string, unknown> = Object(value)
  const known = REASONS.find((one): one is Reason => one === reason)
  const untilMs = Date.parse(textOr('', until))
  if (typeof instanceType !== 'string' || known === undefined || Number.isNaN(untilMs)) return undefined
  if (capacityType !== 'spot' && capacityType !== 'on-demand') return undefined
  return {
    choice: { instanceType, capacityType, zone: typeof zone === 'string' ? zone : undefined },
    refusal: { reason: known, message: textOr('', message), until: untilMs },
  }
}

function countedFor(claim: Claim): CountedFor {
  return { generation: claim.generation, retry: claim.annotations[RETRY_ANNOTATION] ?? '' }
}

function textOr(fallback: string, value: unknown): string {
  return typeof value === 'string' ? value : fallback
}

function isCurrent(record: Record<string, unknown>, claim: Claim): boolean {
  const { generation, retry } = countedFor(claim)
  return record.generation === generation && record.retry === retry
}

/** Undefined for text that is no JSON object: somebody edited it, and then it counts as never written. */
function readRecord(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
