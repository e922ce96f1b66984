import { CLAIM_UID_LABEL, TERMINATION_FINALIZER } from '@kaito/api'
import type { Instance } from '@kaito/cloud-provider'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { isNodeOf } from '../claim/claim-holder.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import { recordedInstanceName } from '../claim/recorded-instance-name.ts'
import type { ServedKind, StoredClaim } from '../claim/served-kind.ts'
import { isLeaving, readyStatus } from '../node/node-facts.ts'

/** A claim as a pass found it on the server. */
export interface FoundClaim {
  /** Such as `Machine`. */
  kind: string
  /** False where this process leaves the kind alone: such a claim keeps its instance, and nothing becomes of it. */
  isServed: boolean
  /** Another backend's or provisioner's: it keeps what carries its UID, and that is all. */
  isOthers: boolean
  claim: Claim
}

export function foundClaims(
  { owner, isServed }: Pick<ServedKind, 'owner' | 'isServed'>,
  stored: readonly StoredClaim[],
): FoundClaim[] {
  return stored.map(({ claim, isOthers }) => ({ kind: owner.kind, isServed: isServed && !isOthers, isOthers, claim }))
}

/** The world as one pass sees it. The instances must have been listed before the claims of all kinds were read. */
export interface World {
  /** Wall clock milliseconds: dates the age of what carries a date. */
  now: number
  /** Monotonic milliseconds: how long this process has seen something; no clock that jumps may shorten that. */
  monotonic: number
  instances: readonly Instance[]
  claims: readonly FoundClaim[]
  nodes: readonly Node[]
  provisioner: ProvisionerIdentity
}

/**
 * Something that seems to be left over:
 * - `orphan`: an instance whose claim does not exist;
 * - `gone`: a claim whose instance does not exist any more;
 * - `lostNode`: a claim whose instance exists on without a Node;
 * - `strayNode`: a Node that was ours, of a claim and an instance that both do not exist;
 * - `definitionDeleted`: a claim that ends only because the definition of its kind was deleted, with all the others.
 */
export interface Candidate {
  kind: 'orphan' | 'gone' | 'lostNode' | 'strayNode' | 'definitionDeleted'
  /** Of the instance, the claim or the Node. */
  name: string
  claimUid: string
  /** Kind of the claim, where the candidate is one. */
  claimKind: string | undefined
}

interface Rules {
  graceMs: number
  /** How long a Node may stay away before its claim ends. */
  lostNodeMs: number
  /** How long an instance must have been left in peace before it may be an orphan. */
  settleMs: number
  breakerShare: number
}

/** What one pass hands to the next. */
interface Memory {
  /** When each candidate was first seen without a break, monotonic. */
  firstSeen: ReadonlyMap<string, number>
  /** When an instance was last seen stopped or being changed, by name, monotonic. */
  unrest: ReadonlyMap<string, number>
  /** How many claims there were when there were any. */
  claims: number
}

export const NOTHING_SEEN: Memory = { firstSeen: new Map(), unrest: new Map(), claims: 0 }

interface Verdict {
  memory: Memory
  /** Those that may go now. */
  collect: Candidate[]
  /** More than this may not go in one pass without somebody's word. */
  limit: number
}

/** A cloud repairs what failed by itself for about an hour; only then is its machine given up. */
const FAILED_TAKES_LONGER = 6

/** What may go, given how long each candidate has been one. Nothing goes on its first sight. */
export function plan(world: World, earlier: Memory, rules: Rules): Verdict {
  const { monotonic, instances } = world
  const claims = world.claims.filter(({ isOthers }) => !isOthers)
  const unrest = unrestOf(world, earlier)
  const isRestless = (name: string) => monotonic - (unrest.get(name) ?? Number.NEGATIVE_INFINITY) < rules.settleMs
  const found = candidates(world, rules.graceMs).filter(({ kind, name }) => kind !== 'orphan' || !isRestless(name))
  const firstSeen = new Map(found.map((one) => [keyOf(one), earlier.firstSeen.get(keyOf(one)) ?? monotonic]))
  const collect = found.filter((candidate) => {
    const since = earlier.firstSeen.get(keyOf(candidate))
    return since !== undefined && monotonic - since >= waitMs(candidate, world, rules)
  })
  const owned = instances.filter(({ claimUid }) => claimUid !== undefined).length
  // All claims of a cluster at once do not end unseen: such a list is the server's mistake, or that of who restored it.
  const isSuddenlyEmpty = claims.length === 0 && earlier.claims > 1
  const limit = isSuddenlyEmpty ? 0 : Math.max(1, Math.floor(owned * rules.breakerShare))
  const remembered = isSuddenlyEmpty && found.length > 0 ? earlier.claims : claims.length
  return { memory: { firstSeen, unrest, claims: remembered }, collect, limit }
}

function unrestOf({ instances, monotonic }: World, earlier: Memory): ReadonlyMap<string, number> {
  const seen = instances.flatMap(({ name, state }) => {
    const at = state === 'Busy' || state === 'Stopped' ? monotonic : earlier.unrest.get(name)
    return at === undefined ? [] : [[name, at] as const]
  })
  return new Map(seen)
}

function waitMs({ kind, claimUid }: Candidate, { instances }: World, { lostNodeMs }: Rules): number {
  if (kind !== 'lostNode') return 0
  const hasFailed = instances.some((instance) => instance.claimUid === claimUid && instance.state === 'Failed')
  return hasFailed ? lostNodeMs * FAILED_TAKES_LONGER : lostNodeMs
}

/** Leaving Nodes that only our finalizer keeps although neither their claim nor their instance exists. */
export function abandonedNodes(world: World): Node[] {
  return withoutOwner(world).filter(
    (node) => isLeaving(node) && node.metadata.finalizers?.includes(TERMINATION_FINALIZER),
  )
}

/** Instances of KAITO's own provisioner that no claim of any kind has as its own: to be told, never to be touched. */
export function unclaimedInstances({ instances, claims }: Pick<World, 'instances' | 'claims'>): Instance[] {
  const names = new Set(claims.flatMap(({ claim, isOthers }) => (isOthers ? [] : [claim.instanceName])))
  return instances.filter(
    ({ name, claimUid, madeByKaito }) => madeByKaito && claimUid === undefined && !names.has(name),
  )
}

function keyOf({ kind, name, claimUid }: Candidate): string {
  return `${kind}/${name}/${claimUid}`
}

/** Everything that looks left over right now. */
export function candidates(world: World, graceMs: number): Candidate[] {
  const orphans = world.instances.flatMap((instance) => orphan(instance, world, graceMs) ?? [])
  const ended = world.claims.flatMap((found) => endedClaim(found, world) ?? [])
  return [...orphans, ...ended, ...strayNodes(world)]
}

function orphan(
  { name, claimUid, state, claimCreatedAt }: Instance,
  { claims, now }: World,
  graceMs: number,
): Candidate | undefined {
  // Who stops or changes an instance has it in hand.
  if (claimUid === undefined || state === 'Deleting' || state === 'Busy' || state === 'Stopped') return undefined
  if (claims.some((found) => hasInstance(found, { name, claimUid }))) return undefined
  // An unreadable age compares as false: what we cannot date we leave alone.
  const isOld = now - Date.parse(claimCreatedAt ?? '') > graceMs
  return isOld ? { kind: 'orphan', name, claimUid, claimKind: undefined } : undefined
}

/** Whether the claim keeps the instance from being an orphan. */
export function hasInstance(
  { claim, isOthers }: StoredClaim,
  { name, claimUid }: { name: string; claimUid: string },
): boolean {
  return claim.uid === claimUid || (!isOthers && isRestored(claim, name))
}

/** A backup brings claims back under new UIDs: one that records a node had the instance of its name, or of that it notes. */
function isRestored(claim: Claim, name: string): boolean {
  return claim.providerID !== undefined && [claim.instanceName, recordedInstanceName(claim)].includes(name)
}

function endedClaim({ kind, isServed, claim }: FoundClaim, { instances, nodes }: World): Candidate | undefined {
  const { name, instanceName, uid, providerID, held, deletedAt, steps } = claim
  if (!isServed || !held || deletedAt !== undefined || providerID === undefined) return undefined
  const instance = instances.find((candidate) => candidate.name === instanceName)
  const own = nodes.filter(
    ({ metadata, spec }) => spec?.providerID === providerID || metadata.labels?.[CLAIM_UID_LABEL] === uid,
  )
  const ended = { name, claimUid: uid, claimKind: kind }
  // A node that works contradicts every list.
  if (!instance) return own.some((node) => readyStatus(node) === 'True') ? undefined : { kind: 'gone', ...ended }
  const isAtRest = instance.state === 'Running' || instance.state === 'Failed'
  if (instance.claimUid !== uid || !isAtRest || !steps.initialized?.met) return undefined
  return own.length > 0 ? undefined : { kind: 'lostNode', ...ended }
}

function strayNodes(world: World): Candidate[] {
  const stray = withoutOwner(world).filter((node) => !isLeaving(node) && readyStatus(node) !== 'True')
  return stray.map(({ metadata: { name, labels } }) => {
    return { kind: 'strayNode', name, claimUid: labels?.[CLAIM_UID_LABEL] ?? '', claimKind: undefined }
  })
}

/**
 * Nodes that carry the UID of a claim which does not exist and has no instance either. Those of another provisioner are
 * left out: its instances are not in our list.
 */
function withoutOwner({ instances, claims, nodes, provisioner }: World): Node[] {
  const alive = new Set([...instances.map(({ claimUid }) => claimUid), ...claims.map(({ claim }) => claim.uid)])
  return nodes.filter((node) => {
    const claimUid = node.metadata.labels?.[CLAIM_UID_LABEL]
    return claimUid !== undefined && !alive.has(claimUid) && isNodeOf(provisioner, node)
  })
}
