import type { FoundClaim } from '../claims/claim-stores.ts'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'

/** One wanted node as it looks now. */
export interface SlotView {
  /** It must be asked for. */
  isMissing: boolean
  /** While it is missing: an existing node may serve instead of a claim. */
  mayTakeExisting: boolean
  state: SlotState
  /** What to have on record once it is asked for: itself, or the next attempt when what stood for it is gone. */
  next: SlotRecord
  /** Of its own claim that is there, also while that ends; milliseconds since the epoch. */
  claimCreatedAtMs?: number
  /** What stood for it is gone, and it is not asked for again before `state.retryAt`. */
  waitsToRetry?: boolean
  /** While it is missing: its claim, which must go first and was never launched. */
  ends?: FoundClaim
  revisitAfterMs?: number
}

/** Told before the node is known; with several choices nobody knows which it will be. */
export function onlySize({ instanceTypes }: NodeRequest): string | undefined {
  return instanceTypes.length === 1 ? instanceTypes[0] : undefined
}

/** What stays on record of a slot whose claim or node is there: no time to try again, and none of the words. */
export function standingRecord({ ordinal, attempt, claimName, nodeName, groupComplete }: SlotRecord): SlotRecord {
  return {
    ordinal,
    attempt,
    ...(claimName === undefined ? { nodeName } : { claimName }),
    ...(groupComplete ? { groupComplete } : {}),
  }
}

/** A slot of which nothing is on record. */
export function neverAskedSlot(record: SlotRecord, request: NodeRequest): SlotView {
  const unknown = { nodeName: undefined, reason: undefined, message: undefined }
  const state: SlotState = { ...record, ...unknown, phase: 'Creating', instanceType: onlySize(request) }
  return { isMissing: true, mayTakeExisting: true, state, next: record }
}
