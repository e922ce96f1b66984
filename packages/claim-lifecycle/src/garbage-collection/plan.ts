import { CLAIM_UID_LABEL, TERMINATION_FINALIZER } from '@kaito/api'
import type { Instance } from '@kaito/cloud-provider'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { readyStatus } from '../node/node-facts.ts'

/** The world as one pass sees it. The instances must have been listed before the claims were read. */
export interface World {
  /** Wall clock milliseconds. */
  now: number
  instances: readonly Instance[]
  claims: readonly Claim[]
  nodes: readonly Node[]
}

/**
 * Something that seems to be left over:
 * - `orphan`: an instance whose claim does not exist;
 * - `gone`: a claim whose instance does not exist any more;
 * - `lostNode`: a claim whose instance runs on without a Node.
 */
export interface Candidate {
  kind: 'orphan' | 'gone' | 'lostNode'
  name: string
  claimUid: string
}

interface Rules {
  graceMs: number
  lostNodeMs: number
  breakerShare: number
}

interface Verdict {
  /** When each candidate was first seen without a break; to be handed to the next pass. */
  firstSeen: ReadonlyMap<string, number>
  /** Those that may go now. */
  collect: Candidate[]
  /** More than this may not go in one pass without somebody's word. */
  limit: number
}

/** What may go, given how long each candidate has been one. Nothing goes on its first sight. */
export function plan(world: World, earlier: ReadonlyMap<string, number>, rules: Rules): Verdict {
  const found = candidates(world, rules.graceMs)
  const firstSeen = new Map(found.map((candidate) => [keyOf(candidate), earlier.get(keyOf(candidate)) ?? world.now]))
  const collect = found.filter((candidate) => {
    const since = earlier.get(keyOf(candidate))
    return since !== undefined && world.now - since >= (candidate.kind === 'lostNode' ? rules.lostNodeMs : 0)
  })
  const owned = world.instances.filter(({ claimUid }) => claimUid !== undefined).length
  return { firstSeen, collect, limit: Math.max(1, Math.floor(owned * rules.breakerShare)) }
}

/** Nodes that only our finalizer keeps although neither their claim nor their instance exists. */
export function abandonedNodes({ instances, claims, nodes }: World): Node[] {
  const alive = new Set([...instances.map(({ claimUid }) => claimUid), ...claims.map(({ uid }) => uid)])
  return nodes.filter(({ metadata }) => {
    const claimUid = metadata.labels?.[CLAIM_UID_LABEL]
    const isHeld = metadata.finalizers?.includes(TERMINATION_FINALIZER) === true
    return claimUid !== undefined && isHeld && metadata.deletionTimestamp !== undefined && !alive.has(claimUid)
  })
}

function keyOf({ kind, name, claimUid }: Candidate): string {
  return `${kind}/${name}/${claimUid}`
}

/** Everything that looks left over right now. */
export function candidates(world: World, graceMs: number): Candidate[] {
  const orphans = world.instances.flatMap((instance) => orphan(instance, world, graceMs) ?? [])
  return [...orphans, ...world.claims.flatMap((claim) => endedClaim(claim, world) ?? [])]
}

function orphan(
  { name, claimUid, state, claimCreatedAt }: Instance,
  world: World,
  graceMs: number,
): Candidate | undefined {
  if (claimUid === undefined || state === 'Deleting') return undefined
  if (world.claims.some(({ uid }) => uid === claimUid)) return undefined
  // An unreadable age compares as false: what we cannot date we leave alone.
  const isOld = world.now - Date.parse(claimCreatedAt ?? '') > graceMs
  return isOld ? { kind: 'orphan', name, claimUid } : undefined
}

function endedClaim(claim: Claim, { instances, nodes }: World): Candidate | undefined {
  const { name, uid, providerID, held, deletedAt, steps } = claim
  if (!held || deletedAt !== undefined || providerID === undefined) return undefined
  const instance = instances.find((candidate) => candidate.name === name)
  const own = nodes.filter(
    ({ metadata, spec }) => spec?.providerID === providerID || metadata.labels?.[CLAIM_UID_LABEL] === uid,
  )
  // A node that works contradicts every list.
  if (!instance)
    return own.some((node) => readyStatus(node) === 'True') ? undefined : { kind: 'gone', name, claimUid: uid }
  if (instance.claimUid !== uid || instance.state !== 'Running' || !steps.initialized?.met) return undefined
  return own.length > 0 ? undefined : { kind: 'lostNode', name, claimUid: uid }
}
