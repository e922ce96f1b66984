import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import type { KubeObject } from '@kaito/local-cluster'
import { CONFIG_MAPS, NODES, PODS } from '../../packages/controller-kit/src/index.ts'
import { nodesOf } from './checks/deletions.ts'
import type { Evidence } from './evidence.ts'
import { conditionOf, type ObjectChange } from './history.ts'
import { nodeOf } from './node-simulator.ts'
import { NAMESPACE } from './provisioner.ts'
import type { World } from './world.ts'

/** What people do to a cluster and in the portal. Each act does nothing where there is nothing to do it to. */
export interface User {
  createClaim(name: string, sizes: readonly string[]): void
  deleteClaim(name: string): void
  stripFinalizers(name: string): void
  deleteNode(claim: string): void
  deletePool(name: string): void
  evictMachine(name: string): void
  reimage(name: string): void
  stopCluster(seconds: number): void
  startCluster(): void
  createForeignPool(name: string): void
  /** Takes back the pools that were not made for a claim. */
  deleteForeignPools(): void
  /** Runs a pod on the Node of every claim that has become Ready, and approves what the breaker holds. */
  attend(change: ObjectChange): void
}

interface Options {
  world: World
  evidence: Evidence
  say: (what: string) => void
}

const SCHEDULING_MS = 5_000
const APPROVAL_MS = 90_000
const ASKED_AGAIN_MS = 30_000

export function createUser(options: Options): User {
  return { ...claimActs(options), ...portalActs(options), attend: (change) => attend(options, change) }
}

function claimActs(options: Options): Pick<User, 'createClaim' | 'deleteClaim' | 'stripFinalizers' | 'deleteNode'> {
  const { world, evidence, say } = options
  const { kind } = evidence.kind
  const existing = (name: string) => evidence.history.claims.get(name)
  return {
    createClaim(name, sizes) {
      if (existing(name)) return
      say(`creates ${name}: ${sizes.join(', ')}`)
      attempt(options, world.access.create(kind, evidence.kind.object(name, sizes)))
    },
    deleteClaim(name) {
      if (!existing(name)) return
      say(`deletes ${name}`)
      attempt(options, world.access.delete(kind, { name }))
    },
    stripFinalizers(name) {
      const claim = existing(name)
      if (!claim?.metadata.deletionTimestamp) return
      say(`takes the finalizers off ${name}`)
      evidence.user.stripped.add(claim.metadata.uid ?? '')
      attempt(options, world.access.mergePatch(kind, { name }, { metadata: { finalizers: null } }))
    },
    deleteNode(claim) {
      for (const { metadata } of nodesOf(evidence, claim)) {
        say(`deletes the Node ${metadata.name}`)
        evidence.user.deletedNodes.add(metadata.uid ?? '')
        attempt(options, world.access.delete(NODES, { name: metadata.name }))
      }
    },
  }
}

type PortalActs = 'deletePool' | 'evictMachine' | 'reimage' | 'stopCluster' | 'startCluster' | ForeignActs
type ForeignActs = 'createForeignPool' | 'deleteForeignPools'

function portalActs({ world, evidence, say }: Options): Pick<User, PortalActs> {
  const { azure } = world
  const tryTo = (what: string, act: () => void): boolean => {
    say(what)
    try {
      act()
      return true
    } catch (error) {
      // Azure refuses it: an operation runs.
      say(`may not: ${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }
  const startCluster = () => {
    if (!tryTo('starts the cluster', () => azure.cluster.start(60))) world.time.after(ASKED_AGAIN_MS, startCluster)
  }
  const onPool = (name: string, what: string, act: () => void) => {
    if (evidence.pools().get(name)?.claimUid !== undefined) tryTo(`${what} ${name}`, act)
  }
  const lost = (name: string) => evidence.user.lostPools.set(name, (evidence.user.lostPools.get(name) ?? 0) + 1)
  return {
    deletePool: (name) =>
      onPool(name, 'deletes the pool', () => {
        lost(name)
        azure.pools.delete(name)
      }),
    evictMachine: (name) =>
      onPool(name, 'loses the machine of', () => {
        lost(name)
        azure.pools.evict(name)
      }),
    reimage: (name) => onPool(name, 'upgrades the image of', () => azure.pools.reimage(name)),
    stopCluster: (seconds) => tryTo('stops the cluster', () => azure.cluster.stop(seconds)),
    startCluster,
    createForeignPool(name) {
      if (evidence.pools().has(name)) return
      say(`creates a pool ${name} of their own`)
      azure.pools.create(name, { vmSize: 'Standard_NC24ads_A100_v4', count: 1 })
    },
    deleteForeignPools() {
      const foreign = [...evidence.pools().values()].filter(({ claimUid }) => claimUid === undefined)
      for (const { name } of foreign) tryTo(`deletes the pool ${name} of their own`, () => azure.pools.delete(name))
    },
  }
}

function attend(options: Options, { kind, type, object, previous }: ObjectChange): void {
  const { world } = options
  const isReady = (claim: KubeObject | undefined) => conditionOf(claim, 'Ready')?.status === 'True'
  if (kind === 'claim' && type !== 'DELETED' && isReady(object) && !isReady(previous))
    world.time.after(SCHEDULING_MS, () => schedule(options, object))
  if (kind === 'configMap' && type === 'ADDED' && object.metadata.namespace === NAMESPACE)
    world.time.after(APPROVAL_MS, () => approve(options, object.metadata.name))
}

/** As the scheduler would: only onto a Node that is open and whose claim stays. */
function schedule({ world, evidence }: Options, claim: KubeObject): void {
  const { name } = claim.metadata
  const [node] = nodesOf(evidence, name)
  const isTaken = [...evidence.history.pods.values()].some((pod) => nodeOf(pod) === node?.metadata.name)
  const isOpen = node && !node.metadata.deletionTimestamp && !(node.spec as { unschedulable?: boolean }).unschedulable
  if (!isOpen || isTaken) return
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `work-${name}-${world.time.now()}`, namespace: 'default' },
    spec: { nodeName: node.metadata.name, containers: [{ name: 'main', image: 'model' }] },
  }
  attempt({ world }, world.access.create(PODS, pod))
}

function approve({ world, evidence, say }: Options, name: string): void {
  const report = evidence.history.configMaps.get(name)
  const { candidates = '' } = (report?.data ?? {}) as { candidates?: string }
  if (!report || candidates === '') return
  const count = String(candidates.split('\n').length)
  say(`approves ${count} deletions`)
  const patch = { metadata: { annotations: { [APPROVED_DELETIONS_ANNOTATION]: count } } }
  attempt({ world }, world.access.mergePatch(CONFIG_MAPS, { name, namespace: NAMESPACE }, patch))
  world.time.after(APPROVAL_MS, () => approve({ world, evidence, say }, name))
}

/** What somebody else has done meanwhile refuses the act: then it is not done. */
function attempt(_options: Pick<Options, 'world'>, act: Promise<unknown>): void {
  act.catch((error: unknown) => {
    const code = (error as { status?: { code?: number } }).status?.code
    if (code !== 404 && code !== 409 && code !== 422) throw error
  })
}
