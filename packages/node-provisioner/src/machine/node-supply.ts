import type { NodeSupply } from '../node-provisioner.ts'
import type { SlotView } from './slot-view.ts'

/** The answer for the whole Workspace: what is missing comes first, then what somebody must act on. */
export function nodeSupply(views: SlotView[]): NodeSupply {
  const slots = views.map(({ state }) => state)
  if (views.some(({ isMissing }) => isMissing)) return { phase: 'missing', slots }
  const blocked = slots.find(({ phase }) => phase === 'Blocked')
  const first = blocked ?? slots.find(({ phase }) => phase !== 'Ready')
  if (!first) return { phase: 'ready', slots }
  const { reason = 'Unknown', message = '' } = first
  const revisits = views.flatMap(({ revisitAfterMs }) => (revisitAfterMs === undefined ? [] : [revisitAfterMs]))
  return {
    phase: blocked ? 'blocked' : 'waiting',
    reason,
    message,
    slots,
    ...(revisits.length > 0 ? { revisitAfterMs: Math.min(...revisits) } : {}),
  }
}
