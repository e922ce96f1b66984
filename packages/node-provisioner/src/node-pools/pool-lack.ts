import type { SlotRules } from '../claims/claim-slot.ts'
import type { Lack } from '../slots/node-lack.ts'
import type { NodePool } from './node-pool.ts'

/** A new pool is taken up, or a node is on its way, before anything is told. */
const SETTLE_MS = 60_000
/** Longer than Karpenter core waits for the launch of one claim. */
const NO_NODE_MS = 6 * 60_000

/** Why a pool that is large enough has not given a node yet. */
export function poolLack({ metadata, status }: NodePool, { backend, now }: SlotRules): Lack {
  const { name, deletionTimestamp, creationTimestamp } = metadata
  const look = `"kubectl describe nodepool ${name}" shows more`
  if (deletionTimestamp !== undefined) {
    const message = `NodePool ${name} is being deleted; another one is made once it is gone`
    return { phase: 'Retrying', reason: 'Deleting', message }
  }
  const created = Date.parse(creationTimestamp ?? '')
  const ageMs = Number.isNaN(created) ? Number.POSITIVE_INFINITY : now - created
  const onItsWay = (untilMs: number): Lack => ({
    phase: 'Creating',
    reason: 'PoolCreating',
    message: `NodePool ${name} makes the node; ${look}`,
    ...(ageMs < untilMs ? { revisitAfterMs: untilMs - ageMs } : {}),
  })
  if (ageMs < SETTLE_MS) return onItsWay(SETTLE_MS)
  const conditions = status?.conditions ?? []
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready === undefined) {
    const message = `nobody has taken up NodePool ${name}; check that ${backend.name} runs`
    return { phase: 'Blocked', reason: 'NoProvisioner', message }
  }
  if (ready.status !== 'True') {
    const cause = conditions.find(({ type, status: is }) => type !== 'Ready' && is !== 'True') ?? ready
    const reason = cause.type === 'NodeClassReady' ? 'ClassNotFound' : 'InvalidRequest'
    const why = [cause.reason, cause.message].filter(Boolean).join(': ')
    return { phase: 'Blocked', reason, message: `NodePool ${name} is not ready: ${cause.type}: ${why}` }
  }
  if (ageMs < NO_NODE_MS) return onItsWay(NO_NODE_MS)
  const message = `NodePool ${name} has given no node so far; ${look}, and ${backend.name} needs its feature gate StaticCapacity`
  return { phase: 'Retrying', reason: 'NoCapacity', message }
}
