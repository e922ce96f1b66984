import { TERMINATION_FINALIZER } from '@kaito/api'
import { CloudError, type CloudProvider } from '@kaito/cloud-provider'
import {
  type Cache,
  type Clock,
  type KubeClient,
  type KubernetesObject,
  NODES,
  type Node,
  type Reconcile,
  type ReconcileContext,
} from '@kaito/controller-kit'
import type { ClaimAdapter } from '../claim/claim-adapter.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import type { LifecycleSettings } from '../settings.ts'
import type { Breaker } from './breaker.ts'
import type { DeletionGuard } from './deletion-guard.ts'
import { abandonedNodes, type Candidate, candidates, plan, type World } from './plan.ts'

export interface CollectorDependencies<T extends KubernetesObject> {
  adapter: ClaimAdapter<T>
  client: KubeClient
  nodes: Cache<Node>
  cloud: CloudProvider
  instances: InstanceList
  guard: DeletionGuard
  breaker: Breaker
  clock: Clock
  settings: LifecycleSettings
}

/** Compares the cloud with the claims and deletes what only one side knows, slowly and never much at once. */
export function createGarbageCollector<T extends KubernetesObject>(options: CollectorDependencies<T>): Reconcile {
  const { instances, guard, breaker, settings } = options
  const { periodMs, graceMs, breakerShare } = settings.garbageCollection
  const rules = { graceMs, breakerShare, lostNodeMs: settings.registrationDeadlineMs }
  let earlier: ReadonlyMap<string, number> = new Map()

  return async function reconcile(_key, { signal, log }) {
    const revisit = { revisitAfterMs: periodMs }
    if (!instances.isKnown()) {
      await guard.check(false, signal)
      return revisit
    }
    const world = await observe(options, signal)
    const { firstSeen, collect: found, limit } = plan(world, earlier, rules)
    earlier = firstSeen
    const isWaiting = world.claims.some(({ steps, deletedAt }) => !steps.initialized?.met && deletedAt === undefined)
    await guard.check(isWaiting || firstSeen.size > 0, signal)
    for (const node of abandonedNodes(world)) await releaseNode(options, node, signal)
    if (found.length === 0 || !guard.allows()) return revisit
    if (await breaker.allows(found, limit, signal)) await collectAll(options, found, { signal, log })
    else log.error({ candidates: found.length, limit }, 'too much looks left over, nothing is deleted')
    return revisit
  }
}

/** The instances first: what is made in between then has a claim, and is no orphan. */
async function observe<T extends KubernetesObject>(
  options: CollectorDependencies<T>,
  signal: AbortSignal,
): Promise<World> {
  const { adapter, client, clock, instances, nodes } = options
  const listed = instances.all()
  const claims = await client.list(adapter.resource, { signal })
  return { now: clock.now(), instances: listed, claims: claims.map(adapter.read), nodes: nodes.list() }
}

async function collectAll<T extends KubernetesObject>(
  options: CollectorDependencies<T>,
  found: readonly Candidate[],
  { signal, log }: ReconcileContext,
): Promise<void> {
  for (const candidate of found) {
    try {
      if (!(await isConfirmed(options, candidate, signal))) continue
      log.warn({ ...candidate }, 'deleting what is left over')
      await collect(options, candidate, signal)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      log.warn({ ...candidate, err: error }, 'the cloud refused, the next pass tries again')
    }
  }
}

async function collect<T extends KubernetesObject>(
  { adapter, client, cloud, instances }: CollectorDependencies<T>,
  { kind, name, claimUid }: Candidate,
  signal: AbortSignal,
): Promise<void> {
  if (kind !== 'orphan') {
    await client.delete(adapter.resource, { name }, { preconditions: { uid: claimUid }, signal })
    return
  }
  await cloud.terminate({ name, claimUid }, { signal })
  instances.noteTerminated(name)
}

/** Asks both sides themselves, right before the deletion. */
async function isConfirmed<T extends KubernetesObject>(
  { adapter, client, cloud }: CollectorDependencies<T>,
  { kind, name, claimUid }: Candidate,
  signal: AbortSignal,
): Promise<boolean> {
  const claim = await client.get(adapter.resource, { name }, { signal })
  const claimExists = claim?.metadata.uid === claimUid
  // The termination itself reads the instance again and checks whose it is.
  if (kind === 'orphan') return !claimExists
  const instance = await cloud.get(name, { signal })
  if (!claim || !claimExists) return false
  if (kind === 'gone' && instance) return false
  const world = { now: 0, instances: instance ? [instance] : [], claims: [adapter.read(claim)] }
  const nodes = await client.list(NODES, { signal })
  return candidates({ ...world, nodes }, 0).some((one) => one.kind === kind)
}

async function releaseNode<T extends KubernetesObject>(
  { client }: CollectorDependencies<T>,
  { metadata: { name, resourceVersion, finalizers = [] } }: Node,
  signal: AbortSignal,
): Promise<void> {
  const left = finalizers.filter((finalizer) => finalizer !== TERMINATION_FINALIZER)
  await client.mergePatch(NODES, { name }, { metadata: { resourceVersion, finalizers: left } }, { signal })
}
