import { MACHINE_CONDITIONS, type Machine, REASONS, type Reason } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import { type Lack, nodeLack } from '../slots/node-lack.ts'

/** Steps that pass by themselves are told to the user only when they last longer than this. */
export const SETTLE_MS = 60_000
/** Longer than a provisioner leaves a launch as it is. */
const STALL_MS = 60 * 60_000
/** How far what is seen of a node may be behind what its claim says. */
const NODE_LAG_MS = 5_000

interface Sight {
  claim: Machine
  node: Node | undefined
  gpusPerNode: number
  now: number
}

const { launched, registered, initialized, ready } = MACHINE_CONDITIONS
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
  NodeNotFound: 'NodeNotRegistered',
  ResourceNotRegistered: 'GPUNotRegistered',
  StartupTaintsExist: 'NodeNotReady',
  KnownEphemeralTaintsExist: 'NodeNotReady',
}

/** Undefined when the claim's node is there and usable. */
export function lackOf(sight: Sight): Lack | undefined {
  const { claim, now } = sight
  const conditions = claim.status?.conditions ?? []
  if (conditions.length === 0) return untouched(claim, now)
  const isTrue = (type: string) =>
    conditions.some((condition) => condition.type === type && condition.status === 'True')
  const failing = [launched, registered, initialized, ready].find((type) => !isTrue(type))
  const deciding = conditions.find(({ type }) => type === (failing ?? ready))
  const elapsedMs = elapsed(deciding?.lastTransitionTime, now)
  if (failing === undefined) {
    const lack = nodeLackOf(sight)
    return lack && elapsedMs < NODE_LAG_MS ? onItsWay(claim, NODE_LAG_MS - elapsedMs) : lack
  }
  const reason = reasonOf(deciding?.reason)
  const lack: Lack = {
    phase: phaseOf(reason, failing),
    reason,
    message: `${claim.metadata.name}: ${deciding?.message || deciding?.reason || failing}`,
  }
  // A node that was complete and no longer is, is news at once.
  if (failing === ready || !PASSING.has(reason)) return lack
  if (reason === 'PoolCreating') return launching(claim, elapsedMs)
  return elapsedMs < SETTLE_MS ? onItsWay(claim, SETTLE_MS - elapsedMs) : lack
}

function phaseOf(reason: Reason, failing: string): Lack['phase'] {
  if (NEEDS_SOMEBODY.has(reason)) return 'Blocked'
  if (failing === ready) return 'NotReady'
  return PASSING.has(reason) ? 'Creating' : 'Retrying'
}

function untouched(claim: Machine, now: number): Lack {
  const message = `nobody has taken up claim ${claim.metadata.name}; check that the gpu-provisioner runs`
  const elapsedMs = elapsed(claim.metadata.creationTimestamp, now)
  if (elapsedMs < SETTLE_MS) return onItsWay(claim, SETTLE_MS - elapsedMs)
  return { phase: 'Blocked', reason: 'NoProvisioner', message }
}

function launching(claim: Machine, elapsedMs: number): Lack {
  if (elapsedMs < STALL_MS || elapsedMs === Number.POSITIVE_INFINITY) return onItsWay(claim, STALL_MS - elapsedMs)
  const message = `nothing has been heard of claim ${claim.metadata.name} for long; check that the gpu-provisioner runs`
  return { phase: 'Blocked', reason: 'NoProvisioner', message }
}

function nodeLackOf({ claim, node, gpusPerNode }: Sight): Lack | undefined {
  if (node && !node.metadata.deletionTimestamp) return nodeLack(node, gpusPerNode)
  const message = `node ${claim.status?.nodeName ?? ''} of claim ${claim.metadata.name} is gone`
  return { phase: 'NotReady', reason: 'NodeNotRegistered', message }
}

function onItsWay({ metadata }: Machine, revisitAfterMs: number): Lack {
  const message = `claim ${metadata.name} is on its way; "kubectl describe machine ${metadata.name}" shows each step`
  return { phase: 'Creating', reason: 'PoolCreating', message, ...(revisitAfterMs > 0 ? { revisitAfterMs } : {}) }
}

/** Without a time there is nothing to wait for. */
function elapsed(since: string | undefined, now: number): number {
  const time = Date.parse(since ?? '')
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : Math.max(0, now - time)
}

function reasonOf(text: string | undefined): Reason {
  return REASONS.find((reason) => reason === text) ?? KARPENTER_REASONS[text ?? ''] ?? 'Unknown'
}
