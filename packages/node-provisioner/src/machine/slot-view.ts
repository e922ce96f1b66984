import { INSTANCE_TYPE_LABEL, type Machine, type Reason } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'
import { claimName } from './claim-name.ts'
import { drainBlock } from './drain-block.ts'
import { lackOf } from './lack.ts'
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

interface NotReady {
  stage: 'waiting' | 'blocked' | 'missing'
  reason?: Reason
  message?: string
  revisitAfterMs?: number
}

/** One wanted node as it looks now. */
export interface SlotView {
  stage: 'ready' | NotReady['stage']
  state: SlotState
  /** What to have on record once it is asked for: itself, or the next attempt when its claim vanished. */
  next: SlotRecord
  instanceType: string
  revisitAfterMs?: number
}

/** `now` in milliseconds since the epoch. */
export function slotView(seen: SeenSlot, request: NodeRequest, now: number): SlotView {
  const { claim, node, record } = seen
  if (!claim) return seen.isRecorded ? vanished(record, request, now) : notReady(record, { stage: 'missing' })
  const current = { ordinal: record.ordinal, attempt: record.attempt, claimName: record.claimName }
  const lack = obstacle(claim, request) ?? lackOf({ claim, node, gpusPerNode: request.gpusPerNode, now })
  if (lack) return notReady(current, lack)
  return {
    stage: 'ready',
    state: { ...current, nodeName: node?.metadata.name, ready: true, reason: undefined, message: undefined },
    next: current,
    instanceType: node?.metadata.labels?.[INSTANCE_TYPE_LABEL] ?? '',
  }
}

function obstacle(claim: Machine, { workspace }: NodeRequest): NotReady | undefined {
  const { name, deletionTimestamp } = claim.metadata
  if (!isOwnedBy(claim, workspace)) {
    const message = `claim ${name} exists and was not made for this Workspace; delete it if nobody needs it`
    return { stage: 'blocked', reason: 'NameConflict', message }
  }
  if (deletionTimestamp === undefined) return undefined
  const blocked = drainBlock(claim)
  if (blocked) return { stage: 'waiting', ...blocked }
  const message = `claim ${name} is being deleted; another one is asked for once it is gone`
  return { stage: 'waiting', reason: 'Deleting', message }
}

function vanished(record: SlotRecord, { workspace }: NodeRequest, now: number): SlotView {
  const { ordinal } = record
  const backOffMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** record.attempt)
  const retryAt = record.retryAt ?? wholeSecond(now + backOffMs)
  const leftMs = Date.parse(retryAt) - now
  if (leftMs > 0) {
    const message = `claim ${record.claimName} is gone; another one is asked for at ${retryAt}`
    return notReady({ ...record, retryAt }, { stage: 'waiting', reason: 'ClaimGone', message, revisitAfterMs: leftMs })
  }
  const attempt = record.attempt + 1
  const next = { ordinal, attempt, claimName: claimName({ workspaceUid: workspace.uid, ordinal, attempt }) }
  return { ...notReady(record, { stage: 'missing' }), next }
}

function wholeSecond(time: number): string {
  return new Date(Math.ceil(time / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

function notReady(record: SlotRecord, { stage, reason, message, revisitAfterMs }: NotReady): SlotView {
  return {
    stage,
    state: { ...record, nodeName: undefined, ready: false, reason, message },
    next: record,
    instanceType: '',
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}
