import type { Reason } from '@kaito/api'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { slotRetryAt } from './back-off.ts'
import { claimName } from './claim-name.ts'
import { expiryOnRecord } from './group-expiry.ts'
import { onlySize, type SlotView } from './slot-view.ts'

interface Vanished {
  record: SlotRecord
  reason: Reason
  /** What is gone, in words. */
  what: string
  /** Attempts that differ in what they ask for: only when each was in vain the wait grows. 1 by default. */
  triesPerRound?: number
}

/** A slot whose claim or node is gone: it is asked for again after a back-off whose end stays on record. */
export function vanishedSlot(vanished: Vanished, request: NodeRequest, now: number): SlotView {
  const { record, reason, what, triesPerRound = 1 } = vanished
  const { ordinal, attempt, claimName: claim, nodeName } = record
  const retryAt = record.retryAt ?? slotRetryAt(Math.floor(attempt / triesPerRound), now)
  const waiting = { ordinal, attempt, ...(claim === undefined ? { nodeName } : { claimName: claim }), retryAt }
  const cause = expiryOnRecord(request) ?? {
    reason,
    message: `${what} is gone; another one is asked for at ${retryAt}`,
  }
  const shared = {
    mayTakeExisting: claim === undefined,
    state: {
      ...waiting,
      phase: 'Retrying' as const,
      nodeName: claim === undefined ? nodeName : undefined,
      instanceType: onlySize(request),
      ...cause,
    },
  }
  const leftMs = Date.parse(retryAt) - now
  if (leftMs > 0) return { ...shared, isMissing: false, waitsToRetry: true, next: waiting, revisitAfterMs: leftMs }
  return { ...shared, isMissing: true, next: nextAttempt(record, request) }
}

/** The claim that follows the recorded one. */
export function nextAttempt(
  { ordinal, attempt: last }: SlotRecord,
  { workspace }: NodeRequest,
): SlotRecord & { claimName: string } {
  const attempt = last + 1
  return { ordinal, attempt, claimName: claimName({ workspaceUid: workspace.uid, ordinal, attempt }) }
}
