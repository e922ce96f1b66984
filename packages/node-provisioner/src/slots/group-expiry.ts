import type { NodeRequest, NodeSupply, SlotState } from '../node-provisioner.ts'
import { groupRetryAt } from './back-off.ts'
import { onlySize, type SlotView } from './slot-view.ts'

type Expired = Extract<NodeSupply, { phase: 'expired' }>
const REASON = 'GroupIncomplete'
const MINUTE_MS = 60_000

export interface Timing {
  /** Milliseconds since the epoch. */
  now: number
  groupDeadlineMs: number
}

/**
 * The answer for an all-or-nothing Workspace whose nodes are, or are being, given back; undefined for any other.
 *
 * Only what never was complete is given back. That it was complete once stands in the record of each slot that was
 * there then, and counts while one of these stands; a node that was complete and is lost counts as complete, too.
 */
export function groupExpiry(views: SlotView[], request: NodeRequest, timing: Timing): Expired | undefined {
  if (!request.allOrNothing || views.every(({ state }) => state.phase === 'Ready')) return undefined
  const recorded = expiryOnRecord(request)
  if (recorded && views.some((view) => isStandingAsRecorded(view, request))) {
    return expired(views, request, { ...recorded, isRecorded: true })
  }
  const leftMs = groupLeftMs(views, request, timing)
  if (leftMs === undefined || leftMs > 0) return undefined
  // Whole rounds: a slot that was replaced alone does not make all others wait longer.
  const rounds = Math.min(...views.map(({ state }) => state.attempt))
  const retryAt = groupRetryAt(rounds, timing.now)
  const message = expiryMessage(views, retryAt, timing)
  return expired(views, request, { retryAt, reason: REASON, message, isRecorded: false })
}

/** How long an incomplete group may still be waited for; undefined when no deadline runs. */
export function groupLeftMs(views: SlotView[], request: NodeRequest, timing: Timing): number | undefined {
  if (!request.allOrNothing || wasComplete(views)) return undefined
  const created = views.flatMap(({ claimCreatedAtMs }) => claimCreatedAtMs ?? [])
  if (created.length === 0) return undefined
  return Math.max(...created) + timing.groupDeadlineMs - timing.now
}

/** What the record says when all slots wait for the same time, as they do only after they were given back together. */
export function expiryOnRecord({ allOrNothing, count, slots }: NodeRequest): Expiry | undefined {
  const wanted = slots.filter(({ ordinal }) => ordinal < count)
  const [first] = wanted
  const retryAt = first?.retryAt
  if (!allOrNothing || retryAt === undefined || wanted.length < count) return undefined
  const isTogether = wanted.every((slot) => slot.retryAt === retryAt && (slot.reason ?? REASON) === REASON)
  if (!isTogether) return undefined
  const fallback = `not all ${count} nodes were ready in time, so none is kept; all are asked for again at ${retryAt}`
  return { retryAt, reason: REASON, message: first?.message ?? fallback }
}

interface Expiry {
  retryAt: string
  reason: typeof REASON
  message: string
}

function wasComplete(views: SlotView[]): boolean {
  const isLostAtMost = views.every(({ state: { phase } }) => phase === 'Ready' || phase === 'NotReady')
  return isLostAtMost || views.some(({ next, isMissing }) => !isMissing && next.groupComplete)
}

function isStandingAsRecorded({ state, claimCreatedAtMs }: SlotView, { slots }: NodeRequest): boolean {
  const record = slots.find(({ ordinal }) => ordinal === state.ordinal)
  return claimCreatedAtMs !== undefined && record?.attempt === state.attempt
}

function expired(views: SlotView[], request: NodeRequest, expiry: Expiry & { isRecorded: boolean }): Expired {
  const { isRecorded, ...cause } = expiry
  const instanceType = onlySize(request)
  const slots = views.map(
    ({ state: { ordinal, attempt, claimName } }): SlotState => ({
      ...{ ordinal, attempt, ...(claimName === undefined ? {} : { claimName }) },
      // An existing node is free for others at once.
      ...{ phase: 'Retrying', nodeName: undefined, instanceType, ...cause },
    }),
  )
  return { phase: 'expired', reason: cause.reason, message: cause.message, slots, isRecorded }
}

function expiryMessage(views: SlotView[], retryAt: string, { groupDeadlineMs }: Timing): string {
  const ready = views.filter(({ state }) => state.phase === 'Ready').length
  const lacking = views.filter(({ state }) => state.phase !== 'Ready')
  const { ordinal, reason, message } =
    (lacking.find(({ state }) => state.phase === 'Blocked') ?? lacking[0])?.state ?? {}
  const why = reason === undefined ? 'it was not asked for yet' : `${reason}: ${message ?? ''}`
  const minutes = Math.round(groupDeadlineMs / MINUTE_MS)
  return `${ready} of ${views.length} nodes were ready after ${minutes} minutes, so none is kept; all are asked for again at ${retryAt}; node ${ordinal} was missing: ${why}`
}
