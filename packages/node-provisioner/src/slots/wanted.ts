import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import type { SlotView } from './slot-view.ts'

/** What a Workspace lacks, and what of that nodes serve that are there. */
export interface Wanted {
  request: NodeRequest
  views: SlotView[]
  /** Existing nodes for some of the missing slots, by ordinal. */
  chosen: ReadonlyMap<number, string>
}

/** What to record of a slot that an existing node was chosen for; undefined where none was. */
export function taken({ ordinal, attempt }: SlotRecord, chosen: Wanted['chosen']): SlotRecord | undefined {
  const nodeName = chosen.get(ordinal)
  return nodeName === undefined ? undefined : { ordinal, attempt, nodeName }
}
