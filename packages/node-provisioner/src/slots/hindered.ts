import type { NodeRequest } from '../node-provisioner.ts'
import type { Lack } from './node-lack.ts'
import { onlySize, type SlotView } from './slot-view.ts'

/** The slots when what is missing cannot be asked for: those wait, and go on record as not asked for. */
export function hindered(views: SlotView[], request: NodeRequest, lack: Lack): SlotView[] {
  const { phase, reason, message, revisitAfterMs } = lack
  return views.map((view): SlotView => {
    if (!view.isMissing || view.ends) return view
    const { ordinal, attempt } = view.next
    const next = { ordinal, attempt }
    const state = { ...next, phase, reason, message, nodeName: undefined, instanceType: onlySize(request) }
    return {
      isMissing: false,
      mayTakeExisting: view.mayTakeExisting,
      state,
      next,
      ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
    }
  })
}
