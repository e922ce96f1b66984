import type { NodeSupply } from '../node-provisioner.ts'
import type { SlotView } from './slot-view.ts'

/** The answer for the whole Workspace: what is missing comes first, then what somebody must act on. */
export function nodeSupply(views: SlotView[]): NodeSupply {
  const slots = views.map(({ state }) => state)
  if (views.some(({ stage }) => stage === 'missing')) return { phase: 'missing', slots }
  const first = views.find(({ stage }) => stage === 'blocked') ?? views.find(({ stage }) => stage === 'waiting')
  if (!first) {
    const nodes = views.map(({ state, instanceType }) => ({ name: state.nodeName ?? '', instanceType }))
    return { phase: 'ready', nodes, slots }
  }
  const reason = first.state.reason ?? 'Unknown'
  const message = first.state.message ?? ''
  if (first.stage === 'blocked') return { phase: 'blocked', reason, message, slots }
  const revisits = views.flatMap(({ revisitAfterMs }) => (revisitAfterMs === undefined ? [] : [revisitAfterMs]))
  return {
    phase: 'waiting',
    reason,
    message,
    slots,
    ...(revisits.length > 0 ? { revisitAfterMs: Math.min(...revisits) } : {}),
  }
}
