import { INSTANCE_TYPE_LABEL, type Machine } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import { neverAskedSlot, onlySize, type SlotView, standingRecord } from '../slots/slot-view.ts'
import { vanishedSlot } from '../slots/vanished-slot.ts'
import { drainBlock } from './drain-block.ts'
import { lackOf } from './lack.ts'
import { isOwnedBy } from './machine-object.ts'

interface SeenSlot {
  record: SlotRecord
  /** The claim was on record before: when it is not there now, it vanished. */
  isRecorded: boolean
  claim: Machine | undefined
  node: Node | undefined
}

/** A slot for which a claim stands, or shall stand. `now` in milliseconds since the epoch. */
export function claimSlot(seen: SeenSlot, request: NodeRequest, now: number): SlotView {
  const { claim, node, record, isRecorded } = seen
  if (!claim) {
    const vanished = { record, reason: 'ClaimGone' as const, what: `claim ${record.claimName}` }
    return isRecorded ? vanishedSlot(vanished, request, now) : neverAskedSlot(record, request)
  }
  const next = standingRecord(record)
  const lack = obstacle(claim, request) ?? lackOf({ claim, node, gpusPerNode: request.gpusPerNode, now })
  const { phase, reason, message, revisitAfterMs } = lack ?? { phase: 'Ready' as const }
  const hasNode = phase === 'Ready' || phase === 'NotReady'
  const state: SlotState = {
    ...next,
    phase,
    nodeName: hasNode ? claim.status?.nodeName : undefined,
    instanceType: (hasNode ? claim.metadata.labels?.[INSTANCE_TYPE_LABEL] : undefined) ?? onlySize(request),
    reason,
    message,
  }
  return {
    isMissing: false,
    mayTakeExisting: false,
    state,
    next,
    ...createdAt(claim, request),
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}

/** A claim of somebody else is nothing that could be given back. */
function createdAt(claim: Machine, { workspace }: NodeRequest): Pick<SlotView, 'claimCreatedAtMs'> {
  const time = Date.parse(claim.metadata.creationTimestamp ?? '')
  return isOwnedBy(claim, workspace) && !Number.isNaN(time) ? { claimCreatedAtMs: time } : {}
}

function obstacle(claim: Machine, { workspace }: NodeRequest): Lack | undefined {
  const { name, deletionTimestamp } = claim.metadata
  if (!isOwnedBy(claim, workspace)) {
    const message = `claim ${name} exists and was not made for this Workspace; delete it if nobody needs it`
    return { phase: 'Blocked', reason: 'NameConflict', message }
  }
  if (deletionTimestamp === undefined) return undefined
  const blocked = drainBlock(claim)
  if (blocked) return { phase: 'NotReady', ...blocked }
  const message = `claim ${name} is being deleted; another one is asked for once it is gone`
  return { phase: 'NotReady', reason: 'Deleting', message }
}
