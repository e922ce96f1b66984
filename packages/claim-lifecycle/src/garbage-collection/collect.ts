import { CLAIM_UID_LABEL } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { type Logger, NODES } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ServedKind } from '../claim/served-kind.ts'
import type { CollectorDependencies } from './dependencies.ts'
import { type Candidate, candidates, type FoundClaim, foundClaims, hasInstance } from './plan.ts'

interface Context {
  signal: AbortSignal
  log: Logger
}

/** Deletes what is confirmed by both sides themselves; a refusal of the cloud leaves one for the next pass. */
export async function collectAll(
  options: CollectorDependencies,
  found: readonly Candidate[],
  { signal, log }: Context,
): Promise<void> {
  for (const candidate of found) {
    try {
      const confirmed = await confirmation(options, candidate, signal)
      if (!confirmed) continue
      log.warn({ ...candidate }, 'deleting what is left over')
      await confirmed()
      options.onCollected?.(candidate.kind)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      log.warn({ ...candidate, err: error }, 'the cloud refused, the next pass tries again')
    }
  }
}

/** Asks both sides right before the deletion; the answer is the deletion itself, or undefined where they disagree. */
function confirmation(
  options: CollectorDependencies,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<(() => Promise<unknown>) | undefined> {
  if (candidate.kind === 'orphan') return orphanEnd(options, candidate, signal)
  if (candidate.kind === 'strayNode') return strayNodeEnd(options, candidate, signal)
  return claimEnd(options, candidate, signal)
}

async function orphanEnd(options: CollectorDependencies, { name, claimUid }: Candidate, signal: AbortSignal) {
  const { cloud, instances } = options
  // All of them: the claim of an instance may have another name.
  const stored = await Promise.all(options.kinds.map((kind) => kind.listEverybodys(signal)))
  if (stored.flat().some((found) => hasInstance(found, { name, claimUid }))) return undefined
  // The termination itself reads the instance again and checks whose it is.
  return async () => {
    await cloud.terminate({ name, claimUid }, { signal })
    instances.noteTerminated(name)
  }
}

async function claimEnd(options: CollectorDependencies, candidate: Candidate, signal: AbortSignal) {
  const { client, cloud, kinds, provisioner } = options
  const { kind, name, claimUid, claimKind } = candidate
  const served = kinds.find(({ owner, isServed }) => isServed && owner.kind === claimKind)
  const claim = await served?.get(name, signal)
  if (!served || claim?.uid !== claimUid) return undefined
  const instance = await cloud.get(claim.instanceName, { signal })
  if (kind === 'gone' && instance) return undefined
  const nodes = await client.list(NODES, { signal })
  const claims = foundClaims(served, [{ claim, isOthers: false }])
  const world = { now: 0, monotonic: 0, instances: instance ? [instance] : [], claims, nodes, provisioner }
  if (!candidates(world, 0).some((one) => one.kind === kind && one.claimUid === claimUid)) return undefined
  return async () => {
    await client.delete(served.resource, { name }, { preconditions: { uid: claimUid }, signal })
    tellEnd(options, served, { claim, kind })
  }
}

function tellEnd(
  { tell }: CollectorDependencies,
  { owner }: ServedKind,
  { claim: { name, uid }, kind }: { claim: Claim; kind: Candidate['kind'] },
): void {
  const { reason, message } =
    kind === 'gone'
      ? { reason: 'InstanceGone', message: 'The instance does not exist any more: it was deleted by somebody else' }
      : { reason: 'NodeLost', message: 'The instance has no node any more: its machine was taken away or died' }
  const ending = 'The claim is deleted, so that whoever owns it can replace it'
  tell({ ...owner, metadata: { name, uid } }, { type: 'Warning', reason, message: `${message}. ${ending}` })
}

/** A full list of the cloud's own: what names no claim any more cannot be asked for by name. */
async function strayNodeEnd(options: CollectorDependencies, { name, claimUid }: Candidate, signal: AbortSignal) {
  const { client, cloud, kinds, provisioner } = options
  const instances = await cloud.list({ signal })
  const claims: FoundClaim[] = []
  for (const kind of kinds) claims.push(...foundClaims(kind, await kind.listEverybodys(signal)))
  const nodes = await client.list(NODES, { labelSelector: `${CLAIM_UID_LABEL}=${claimUid}`, signal })
  const world = { now: 0, monotonic: 0, instances, claims, nodes, provisioner }
  if (!candidates(world, 0).some((one) => one.kind === 'strayNode' && one.name === name)) return undefined
  const uid = nodes.find(({ metadata }) => metadata.name === name)?.metadata.uid ?? ''
  return () => client.delete(NODES, { name }, { preconditions: { uid }, signal })
}
