import type { Instance } from '@kaito/cloud-provider'
import { type Logger, NODES, type Reconcile } from '@kaito/controller-kit'
import { releasePatch } from '../node/release-patch.ts'
import { collectAll } from './collect.ts'
import type { CollectorDependencies } from './dependencies.ts'
import {
  abandonedNodes,
  type Candidate,
  type FoundClaim,
  foundClaims,
  NOTHING_SEEN,
  plan,
  unclaimedInstances,
  type World,
} from './plan.ts'

/** With candidates in sight the next pass, which may confirm them, comes sooner. */
const CONFIRM_MS = 30_000

/** Compares the cloud with the claims and deletes what only one side knows, slowly and never much at once. */
export function createGarbageCollector(options: CollectorDependencies): Reconcile {
  const { instances, guard, settings, clock } = options
  const { periodMs, graceMs, settleMs, breakerShare } = settings.garbageCollection
  const rules = { graceMs, settleMs, breakerShare, lostNodeMs: settings.registrationDeadlineMs }
  const tellUnclaimed = createUnclaimedTelling(options)
  let memory = NOTHING_SEEN

  return async function reconcile(_key, { signal, log }) {
    const isKnown = instances.isKnown()
    // The instances first: what is made in between then has a claim, and is no orphan.
    const listed = instances.all()
    const { claims, held } = await observeClaims(options, signal)
    if (!isKnown) {
      await guard.check(false, signal)
      await sweep(options, { found: [], held, limit: 1 }, { signal, log })
      return { revisitAfterMs: periodMs }
    }
    const world: World = {
      now: clock.now(),
      monotonic: clock.monotonic(),
      instances: listed,
      claims,
      nodes: options.nodes.list(),
      provisioner: options.provisioner,
    }
    const { collect: found, limit, ...verdict } = plan(world, memory, rules)
    memory = verdict.memory
    const isWaiting = claims.some(({ claim }) => !claim.steps.initialized?.met && claim.deletedAt === undefined)
    await guard.check(isWaiting || memory.firstSeen.size > 0, signal)
    tellUnclaimed(unclaimedInstances(world), log)
    for (const node of abandonedNodes(world)) {
      await options.client.mergePatch(NODES, { name: node.metadata.name }, releasePatch(node), { signal })
    }
    await sweep(options, { found, held, limit }, { signal, log })
    return { revisitAfterMs: memory.firstSeen.size > 0 ? Math.min(periodMs, CONFIRM_MS) : periodMs }
  }
}

interface Sweep {
  found: readonly Candidate[]
  held: readonly Candidate[]
  limit: number
}

/** Deletions that somebody asked for wait for nobody but the breaker; those that we decide wait for the guard too. */
async function sweep(
  options: CollectorDependencies,
  { found, held, limit }: Sweep,
  context: { signal: AbortSignal; log: Logger },
): Promise<void> {
  const { guard, breaker, definitionHold } = options
  const { signal, log } = context
  if (!guard.allows() && held.length === 0) return
  const ours = guard.allows() ? found : []
  const all = [...held, ...ours]
  if (!(await breaker.allows(all, held.length > 0 ? 0 : limit, signal))) {
    log.error({ candidates: all.length, limit }, 'too much looks left over, nothing is deleted')
    return
  }
  if (held.length > 0) definitionHold.approve(held.map(({ claimUid }) => claimUid))
  await collectAll(options, ours, context)
}

/** Read from the server itself, every kind. One kind that cannot be listed ends the pass: nothing may follow from it. */
async function observeClaims(
  { kinds, definitionHold }: CollectorDependencies,
  signal: AbortSignal,
): Promise<{ claims: FoundClaim[]; held: Candidate[] }> {
  const claims: FoundClaim[] = []
  const held: Candidate[] = []
  for (const kind of kinds) {
    const stored = await kind.listEverybodys(signal)
    const ours = stored.flatMap(({ claim, isOthers }) => (isOthers ? [] : [claim]))
    claims.push(...foundClaims(kind, stored))
    const waiting = kind.isServed ? await definitionHold.held(kind, ours, signal) : []
    held.push(
      ...waiting.map(
        ({ name, uid }): Candidate => ({ kind: 'definitionDeleted', name, claimUid: uid, claimKind: kind.owner.kind }),
      ),
    )
  }
  return { claims, held }
}

function createUnclaimedTelling({ onUnclaimed }: CollectorDependencies) {
  let told = new Set<string>()
  return (unclaimed: readonly Instance[], log: Logger): void => {
    const names = new Set(unclaimed.map(({ name }) => name))
    const isSame = names.size === told.size && [...names].every((name) => told.has(name))
    for (const name of names) {
      if (!told.has(name))
        log.warn({ instance: name }, "an instance of KAITO's own provisioner has no claim, it is left alone")
    }
    told = names
    if (!isSame) onUnclaimed?.(unclaimed)
  }
}
