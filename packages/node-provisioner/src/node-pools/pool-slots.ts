import { claimLack } from '../claims/claim-lack.ts'
import { type SlotRules, wasLaunched } from '../claims/claim-slot.ts'
import type { FoundClaim } from '../claims/claim-stores.ts'
import type { NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { poolName } from '../slots/claim-name.ts'
import { expiryOnRecord } from '../slots/group-expiry.ts'
import type { Lack } from '../slots/node-lack.ts'
import { onlySize, type SlotView } from '../slots/slot-view.ts'
import { isMadeBy, type NodePool } from './node-pool.ts'
import { poolLack } from './pool-lack.ts'

interface SeenPool {
  /** As claims and existing nodes stand for the slots. */
  views: SlotView[]
  pool: NodePool | undefined
  /** Those of the Workspace. */
  claims: FoundClaim[]
}

/**
 * The slots as they look with their NodePool: what nothing stands for is missing while the pool is too small, and on its
 * way otherwise. Only launched claims go on record: Karpenter exchanges those that it cannot launch again and again.
 */
export function poolSlots({ views, pool, claims }: SeenPool, request: NodeRequest, rules: SlotRules): SlotView[] {
  const isLargeEnough = (pool?.spec?.replicas ?? 0) >= neededReplicas(views, request)
  const isOfPool = ({ claim }: FoundClaim) => isMadeBy(claim, poolName(request.workspace.uid))
  const pending = claims.filter((found) => isOfPool(found) && !wasLaunched(found))
  return views.map((view): SlotView => {
    const isReplaced = isReplacedByPool(view, request)
    if (view.ends || !(view.isMissing || isReplaced)) return view
    const { ordinal, attempt, claimName } = view.next
    const next: SlotRecord = isReplaced ? { ordinal, attempt, claimName } : { ordinal, attempt }
    if (!pool || !isLargeEnough) return isReplaced ? view : { ...view, next }
    const found = pending.shift()
    const lack = (found && lackOfPending(found, request, rules)) ?? poolLack(pool, rules)
    return onItsWay({ next, pool, lack }, request)
  })
}

/** How many nodes the pool must give: for its own claims, for what Karpenter replaces, and for what is missing. */
export function neededReplicas(views: SlotView[], request: NodeRequest): number {
  const pool = poolName(request.workspace.uid)
  const needs = (view: SlotView) => {
    if (view.ends) return false
    if (view.isMissing || isReplacedByPool(view, request)) return true
    return !view.waitsToRetry && isNameOf(pool, view.next.claimName)
  }
  return views.filter(needs).length
}

/** Karpenter does not wait before it replaces a claim of a pool. */
function isReplacedByPool({ waitsToRetry, next }: SlotView, request: NodeRequest): boolean {
  const isGivenBack = expiryOnRecord(request) !== undefined
  return waitsToRetry === true && !isGivenBack && isNameOf(poolName(request.workspace.uid), next.claimName)
}

function isNameOf(pool: string, claimName: string | undefined): boolean {
  return claimName?.startsWith(`${pool}-`) ?? false
}

/** What a claim that has no instance yet waits for. */
function lackOfPending({ claim, store }: FoundClaim, { gpusPerNode }: NodeRequest, { backend, now }: SlotRules) {
  const { word, conditions } = store
  return claimLack({ claim, word, conditions, node: undefined, gpusPerNode, backend: backend.name, now })
}

interface Awaited {
  next: SlotRecord
  pool: NodePool
  lack: Lack
}

function onItsWay({ next, pool, lack }: Awaited, request: NodeRequest): SlotView {
  const { phase, reason, message, revisitAfterMs } = lack
  const created = Date.parse(pool.metadata.creationTimestamp ?? '')
  return {
    isMissing: false,
    mayTakeExisting: false,
    next,
    state: { ...next, phase, reason, message, nodeName: undefined, instanceType: onlySize(request) },
    ...(Number.isNaN(created) ? {} : { claimCreatedAtMs: created }),
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}
