import { INSTANCE_TYPE_LABEL, type Machine, timestamp } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'
import { claimName } from './claim-name.ts'
import { drainBlock } from './drain-block.ts'
import { type Lack, lackOf } from './lack.ts'
import { isOwnedBy } from './machine-object.ts'

const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 30 * 60_000

interface SeenSlot {
  record: SlotRecord
  /** The claim was on record before: when it is not there now, it vanished. */
  isRecorded: boolean
  claim: Machine | undefined
  node: Node | undefined
}

/** One wanted node as it looks now. */
export interface SlotView {
  /** Its claim must be asked for. */
  isMissing: boolean
  state: SlotState
  /** What to have on record once it is asked for: itself, or the next attempt when its claim vanished. */
  next: SlotRecord
  revisitAfterMs?: number
}

/** `now` in milliseconds since the epoch. */
export function slotView(seen: SeenSlot, request: NodeRequest, now: number): SlotView {
  const { claim, node, record } = seen
  if (!claim) return seen.isRecorded ? vanished(record, request, now) : neverAsked(record, request)
  const current = { ordinal: record.ordinal, attempt: record.attempt, claimName: record.claimName }
  const lack = obstacle(claim, request) ?? lackOf({ claim, node, gpusPerNode: request.gpusPerNode, now })
  const { phase, reason, message, revisitAfterMs } = lack ?? { phase: 'Ready' as const }
  const hasNode = phase === 'Ready' || phase === 'NotReady'
  const state: SlotState = {
    ...current,
    phase,
    nodeName: hasNode ? claim.status?.nodeName : undefined,
    instanceType: (hasNode ? claim.metadata.labels?.[INSTANCE_TYPE_LABEL] : undefined) ?? onlySize(request),
    reason,
    message,
  }
  return { isMissing: false, state, next: current, ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }) }
}

function onlySize({ instanceTypes }: NodeRequest): string | undefined {
  return instanceTypes.length === 1 ? instanceTypes[0] : undefined
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

function neverAsked(record: SlotRecord, request: NodeRequest): SlotView {
  const unknown = { nodeName: undefined, reason: undefined, message: undefined }
  const state: SlotState = { ...record, ...unknown, phase: 'Creating', instanceType: onlySize(request) }
  return { isMissing: true, state, next: record }
}

/** Another claim is asked for after a back-off that doubles with each attempt. */
function vanished(record: SlotRecord, request: NodeRequest, now: number): SlotView {
  const { ordinal } = record
  const backOffMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** record.attempt)
  const retryAt = record.retryAt ?? wholeSecond(now + backOffMs)
  const leftMs = Date.parse(retryAt) - now
  const waiting = { ...record, retryAt }
  const state: SlotState = {
    ...waiting,
    phase: 'Retrying',
    nodeName: undefined,
    instanceType: onlySize(request),
    reason: 'ClaimGone',
    message: `claim ${record.claimName} is gone; another one is asked for at ${retryAt}`,
  }
  if (leftMs > 0) return { isMissing: false, state, next: waiting, revisitAfterMs: leftMs }
  const attempt = record.attempt + 1
  const next = { ordinal, attempt, claimName: claimName({ workspaceUid: request.workspace.uid, ordinal, attempt }) }
  return { isMissing: true, state, next }
}

function wholeSecond(time: number): string {
  return timestamp(Math.ceil(time / 1000) * 1000)
}
