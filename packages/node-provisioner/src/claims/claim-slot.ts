import { INSTANCE_TYPE_LABEL } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest, SlotRecord, SlotState } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import { neverAskedSlot, onlySize, type SlotView, standingRecord } from '../slots/slot-view.ts'
import { vanishedSlot } from '../slots/vanished-slot.ts'
import type { Claim } from './claim.ts'
import { claimLack, SETTLE_MS } from './claim-lack.ts'
import type { FoundClaim } from './claim-stores.ts'
import { drainBlock } from './drain-block.ts'
import { isOwnedBy } from './ownership.ts'
import { sizesPerRound } from './size-choice.ts'

interface SeenSlot {
  record: SlotRecord
  /** The claim was on record before: when it is not there now, it vanished. */
  isRecorded: boolean
  found: FoundClaim | undefined
  node: Node | undefined
  /** Kind of the claims that are made now, as kubectl takes it. */
  askedOf: string | undefined
}

export interface SlotRules {
  backend: BackendSettings
  /** Milliseconds since the epoch. */
  now: number
}

/** A slot for which a claim stands, or shall stand. */
export function claimSlot(seen: SeenSlot, request: NodeRequest, { backend, now }: SlotRules): SlotView {
  const { found, node, record, isRecorded } = seen
  const triesPerRound = sizesPerRound(request, backend)
  if (!found) {
    const what = `claim ${record.claimName}`
    const vanished = { record, reason: 'ClaimGone' as const, what, triesPerRound }
    return isRecorded ? vanishedSlot(vanished, request, now) : neverAskedSlot(record, request)
  }
  const { claim, store } = found
  const next = standingRecord(record)
  const sight = { claim, node, gpusPerNode: request.gpusPerNode, backend: backend.name, now }
  const lack = obstacle(claim, request) ?? claimLack({ ...sight, word: store.word, conditions: store.conditions })
  const { phase, reason, message, revisitAfterMs } = lack ?? { phase: 'Ready' as const }
  const hasNode = phase === 'Ready' || phase === 'NotReady'
  const state: SlotState = {
    ...next,
    phase,
    nodeName: hasNode ? claim.status?.nodeName : undefined,
    instanceType: (hasNode ? sizeOf(claim, node, backend) : undefined) ?? sizeAsked(claim, request, backend),
    reason,
    message,
  }
  const view: SlotView = {
    isMissing: false,
    mayTakeExisting: false,
    state,
    next,
    ...createdAt(claim, request),
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
  return givesWay(view, { found, askedOf: seen.askedOf, triesPerRound, now })
    ? { ...view, isMissing: true, ends: found }
    : view
}

interface InTheWay {
  found: FoundClaim
  askedOf: string | undefined
  triesPerRound: number
  now: number
}

/**
 * A claim that was refused and never launched is in the way of what may be granted: the next size, where the backend gets
 * one at a time, and the backend of today, where another one was asked before.
 */
function givesWay(
  { state: { phase, reason }, claimCreatedAtMs }: SlotView,
  { found, askedOf, triesPerRound, now }: InTheWay,
): boolean {
  const isRefused = phase === 'Retrying' || (phase === 'Blocked' && reason !== 'NameConflict')
  const isOld = claimCreatedAtMs !== undefined && now - claimCreatedAtMs >= SETTLE_MS
  if (!isRefused || !isOld || wasLaunched(found)) return false
  return found.store.word !== askedOf || triesPerRound > 1
}

/** What has an instance, or may have had one, costs somebody money: it is nothing to be dropped. */
export function wasLaunched({ claim: { status }, store: { conditions } }: FoundClaim): boolean {
  const launched = status?.conditions?.find(({ type }) => type === conditions.launched)
  return launched?.status === 'True' || status?.providerID !== undefined
}

/** What the claim says it became, or its node. */
function sizeOf({ metadata }: Claim, node: Node | undefined, { instanceTypeLabel }: BackendSettings) {
  const label = (labels: Record<string, string> = {}) => labels[instanceTypeLabel] ?? labels[INSTANCE_TYPE_LABEL]
  return label(metadata.labels) ?? label(node?.metadata.labels)
}

function sizeAsked({ spec }: Claim, request: NodeRequest, { instanceTypeLabel }: BackendSettings): string | undefined {
  const keys = [instanceTypeLabel, INSTANCE_TYPE_LABEL]
  const { values = [] } = spec?.requirements?.find(({ key }) => keys.includes(key)) ?? {}
  return onlySize(request) ?? (values.length === 1 ? values[0] : undefined)
}

/** A claim of somebody else is nothing that could be given back. */
function createdAt(claim: Claim, { workspace }: NodeRequest): Pick<SlotView, 'claimCreatedAtMs'> {
  const time = Date.parse(claim.metadata.creationTimestamp ?? '')
  return isOwnedBy(claim, workspace) && !Number.isNaN(time) ? { claimCreatedAtMs: time } : {}
}

function obstacle(claim: Claim, { workspace }: NodeRequest): Lack | undefined {
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
