import { INSTANCE_TYPE_LABEL } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { type Lack, nodeLack } from '../slots/node-lack.ts'
import { onlySize, type SlotView, standingRecord } from '../slots/slot-view.ts'
import { vanishedSlot } from '../slots/vanished-slot.ts'

/**
 * A slot that an existing node serves. Once chosen it stays, whatever its labels and taints become, until its Node
 * object is gone. `now` in milliseconds since the epoch.
 */
export function existingSlot(
  seen: { record: SlotRecord; node: Node | undefined },
  request: NodeRequest,
  now: number,
): SlotView {
  const { record, node } = seen
  if (!node) {
    const what = record.nodeName === undefined ? 'the node' : `node ${record.nodeName}`
    return vanishedSlot({ record, reason: 'NodeNotRegistered', what }, request, now)
  }
  const next = standingRecord(record)
  const { phase, reason, message } = lackOf(node, request) ?? { phase: 'Ready' as const }
  const instanceType = node.metadata.labels?.[INSTANCE_TYPE_LABEL] ?? onlySize(request)
  const state = { ...next, phase, nodeName: node.metadata.name, instanceType, reason, message }
  return { isMissing: false, mayTakeExisting: false, state, next }
}

function lackOf(node: Node, { gpusPerNode }: NodeRequest): Lack | undefined {
  const { name, deletionTimestamp } = node.metadata
  if (deletionTimestamp === undefined) return nodeLack(node, gpusPerNode)
  return { phase: 'NotReady', reason: 'NodeNotRegistered', message: `node ${name} is being deleted` }
}
