import type { NodeRequest, NodeSupply } from '../node-provisioner.ts'
import { groupExpiry, groupLeftMs, type Timing } from './group-expiry.ts'
import type { SlotView } from './slot-view.ts'

/**
 * The answer for the whole Workspace: that its time is over comes first, then what is missing, then what somebody must
 * act on.
 */
export function nodeSupply(views: SlotView[], request: NodeRequest, timing: Timing): NodeSupply {
  const expiry = groupExpiry(views, request, timing)
  if (expiry) return expiry
  const slots = views.map(({ state }) => state)
  if (views.some(({ isMissing }) => isMissing)) return { phase: 'missing', slots }
  const blocked = slots.find(({ phase }) => phase === 'Blocked')
  const first = blocked ?? slots.find(({ phase }) => phase !== 'Ready')
  if (!first) {
    const complete = request.allOrNothing ? slots.map((slot) => ({ ...slot, groupComplete: true })) : slots
    return { phase: 'ready', slots: complete }
  }
  const { reason = 'Unknown', message = '' } = first
  const deadlines = [groupLeftMs(views, request, timing), ...views.map(({ revisitAfterMs }) => revisitAfterMs)]
  const revisits = deadlines.flatMap((ms) => ms ?? [])
  return {
    phase: blocked ? 'blocked' : 'waiting',
    reason,
    message,
    slots,
    ...(revisits.length > 0 ? { revisitAfterMs: Math.min(...revisits) } : {}),
  }
}
