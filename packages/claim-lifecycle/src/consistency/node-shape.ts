import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ServingRule, StepReport } from '../claim/claim-adapter.ts'
import { amountOf } from '../claim/resource-amounts.ts'

/** A kernel or an agent may take a little more than before; a device that fell off takes much more. */
const TOLERATED_SHARE = 0.9

/** Whether a usable node still has what was recorded of it. */
export function nodeShape(claim: Claim, node: Node, { compares }: ServingRule): StepReport {
  const names = Object.keys(claim.capacity).filter((name) => compares === 'all' || name in claim.requests)
  const faults = names.sort().flatMap((name) => fault(name, claim.capacity[name], node.status?.capacity?.[name]) ?? [])
  if (faults.length === 0) return { met: true }
  return { met: false, reason: 'ConsistencyCheckFailed', message: faults.join(', '), final: true }
}

function fault(name: string, expected: string | undefined, found: string | undefined): string | undefined {
  const recorded = amountOf(expected ?? '') ?? 0
  if (recorded <= 0) return undefined
  if (found === undefined) return `expected resource "${name}" not found`
  const share = (amountOf(found) ?? 0) / recorded
  if (share >= TOLERATED_SHARE) return undefined
  return `expected ${expected} of resource ${name}, but found ${found} (${(share * 100).toFixed(1)}% of expected)`
}

/** What to record of a node: the first word counts, so that a loss shows. */
export function recordedCapacity(claim: Claim, node: Node): Record<string, string> {
  const { capacity = {} } = node.status ?? {}
  return claim.steps.initialized?.met ? { ...capacity, ...claim.capacity } : capacity
}
