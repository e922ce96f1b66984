import { INSTANCE_CREATED_CONDITION, REASONS, type Reason } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import { type Lack, nodeLack } from '../slots/node-lack.ts'
import type { Claim, ClaimCondition, StepConditions } from './claim.ts'

/** Steps that pass by themselves are told to the user only when they last longer than this. */
export const SETTLE_MS = 60_000
/** Longer than a provisioner leaves a launch as it is. */
const STALL_MS = 60 * 60_000
/** How far what is seen of a node may be behind what its claim says. */
const NODE_LAG_MS = 5_000

interface ClaimSight {
  claim: Claim
  /** As kubectl takes it. */
  word: string
  conditions: StepConditions
  node: Node | undefined
  gpusPerNode: number
  /** Who should serve the claim. */
  backend: string
  now: number
}

const NEEDS_SOMEBODY: ReadonlySet<Reason> = new Set([
  'QuotaExceeded',
  'SkuNotAvailable',
  'ClusterStopped',
  'PolicyDenied',
  'Unauthorized',
  'InvalidRequest',
  'NameConflict',
  'LimitReached',
  'ClassNotFound',
])
const PASSING: ReadonlySet<Reason> = new Set(['PoolCreating', 'NodeNotRegistered', 'NodeNotReady', 'GPUNotRegistered'])

/** Reasons of Karpenter core's own conditions that have a name of ours. */
const KARPENTER_REASONS: Partial<Record<string, Reason>> = {
  NotLaunched: 'PoolCreating',
  MachineNotLaunched: 'PoolCreating',
  AwaitingReconciliation: 'PoolCreating',
  NodeNotFound: 'NodeNotRegistered',
  RegistrationHookPending: 'NodeNotRegistered',
  MultipleNodesFound: 'NameConflict',
  ResourceNotRegistered: 'GPUNotRegistered',
  StartupTaintsExist: 'NodeNotReady',
  KnownEphemeralTaintsExist: 'NodeNotReady',
  NodeClassNotReady: 'ClassNotFound',
}

/** With this in `Launched` Karpenter core has seen a claim and done nothing with it. */
const UNTOUCHED = 'AwaitingReconciliation'

/** Undefined when the claim's node is there and usable. */
export function claimLack(sight: ClaimSight): Lack | undefined {
  const { claim, now, conditions: steps } = sight
  const conditions = claim.status?.conditions ?? []
  const order = [steps.launched, steps.registered, steps.initialized, steps.ready]
  const find = (type: string) => conditions.find((condition) => condition.type === type)
  const failing = order.find((type) => find(type)?.status !== 'True')
  if (conditions.length === 0) return untouched(sight)
  if (failing === undefined) {
    const lack = nodeLackOf(sight)
    const elapsedMs = elapsed([find(steps.ready)], now)
    return lack && elapsedMs < NODE_LAG_MS ? onItsWay(sight, NODE_LAG_MS - elapsedMs) : lack
  }
  const deciding = find(failing)
  if (failing === steps.launched && deciding?.reason === UNTOUCHED) return untouched(sight)
  // A condition may keep the time of the claim while it is open: a step waits since the one before it was done.
  const before = failing === steps.launched ? INSTANCE_CREATED_CONDITION : order[order.indexOf(failing) - 1]
  const elapsedMs = elapsed([deciding, find(before ?? '')], now)
  const reason = reasonOf(deciding?.reason)
  const lack: Lack = {
    phase: phaseOf(reason, failing === steps.ready),
    reason,
    message: `${claim.metadata.name}: ${deciding?.message || deciding?.reason || failing}`,
  }
  // A node that was complete and no longer is, is news at once.
  if (failing === steps.ready || !PASSING.has(reason)) return lack
  if (reason === 'PoolCreating') return launching(sight, elapsedMs)
  return elapsedMs < SETTLE_MS ? onItsWay(sight, SETTLE_MS - elapsedMs) : lack
}

function phaseOf(reason: Reason, wasComplete: boolean): Lack['phase'] {
  if (NEEDS_SOMEBODY.has(reason)) return 'Blocked'
  if (wasComplete) return 'NotReady'
  return PASSING.has(reason) ? 'Creating' : 'Retrying'
}

function untouched(sight: ClaimSight): Lack {
  const { claim, backend, now } = sight
  const message = `nobody has taken up claim ${claim.metadata.name}; check that ${backend} runs`
  const elapsedMs = timeSince(claim.metadata.creationTimestamp, now)
  if (elapsedMs < SETTLE_MS) return onItsWay(sight, SETTLE_MS - elapsedMs)
  return { phase: 'Blocked', reason: 'NoProvisioner', message }
}

function launching(sight: ClaimSight, elapsedMs: number): Lack {
  const { claim, backend } = sight
  if (elapsedMs < STALL_MS || elapsedMs === Number.POSITIVE_INFINITY) return onItsWay(sight, STALL_MS - elapsedMs)
  const message = `nothing has been heard of claim ${claim.metadata.name} for long; check that ${backend} runs`
  return { phase: 'Blocked', reason: 'NoProvisioner', message }
}

function nodeLackOf({ claim, node, gpusPerNode }: ClaimSight): Lack | undefined {
  if (node && !node.metadata.deletionTimestamp) return nodeLack(node, gpusPerNode)
  const message = `node ${claim.status?.nodeName ?? ''} of claim ${claim.metadata.name} is gone`
  return { phase: 'NotReady', reason: 'NodeNotRegistered', message }
}

function onItsWay({ claim: { metadata }, word }: ClaimSight, revisitAfterMs: number): Lack {
  const message = `claim ${metadata.name} is on its way; "kubectl describe ${word} ${metadata.name}" shows each step`
  return { phase: 'Creating', reason: 'PoolCreating', message, ...(revisitAfterMs > 0 ? { revisitAfterMs } : {}) }
}

/** Since the last of their changes. Without a time there is nothing to wait for. */
function elapsed(conditions: (ClaimCondition | undefined)[], now: number): number {
  return Math.min(...conditions.map((condition) => timeSince(condition?.lastTransitionTime, now)))
}

function timeSince(moment: string | undefined, now: number): number {
  const time = Date.parse(moment ?? '')
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : Math.max(0, now - time)
}

function reasonOf(text: string | undefined): Reason {
  return REASONS.find((reason) => reason === text) ?? KARPENTER_REASONS[text ?? ''] ?? 'Unknown'
}
