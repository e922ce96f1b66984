import type { Workspace } from '@kaito/api'
import {
  type Cache,
  type Clock,
  type Deployment,
  type Job,
  type KubeClient,
  type KubernetesObject,
  keyOf,
  type ObjectKey,
  type Pod,
  parseKey,
  type Service,
  type StatefulSet,
} from '@kaito/controller-kit'
import type { Call, NodeProvisioner, NodeSupply } from '@kaito/node-provisioner'
import { isOwnedBy } from '../workload/ownership.ts'
import { PODS_BY_WORKSPACE } from '../workload/pods.ts'
import { renderServices } from '../workload/render.ts'
import { WORKLOAD_KINDS, type Workload, type WorkloadKind, workloadKind, workloadOf } from '../workload/workload.ts'
import { CLAIMS_CONDITIONS } from './conditions.ts'
import { isGivenBack } from './given-back.ts'
import { isHeld } from './held.ts'
import { nodeRequest } from './node-request.ts'
import type { Observed } from './observed.ts'
import type { Order } from './order.ts'
import { type OrderSettings, orderOf } from './order-of.ts'
import { prerequisites } from './prerequisites.ts'
import { hasOutlivedNodes, hasSucceeded, jobEnd } from './tuning-end.ts'
import { WORKSPACES } from './workspaces.ts'

export interface Sources {
  client: KubeClient
  clock: Clock
  /** Objects with the Workspace label; what they lack is looked for on the server before anything is bought or made. */
  workloads: { Deployment: Cache<Deployment>; StatefulSet: Cache<StatefulSet>; Job: Cache<Job> }
  services: Cache<Service>
  /** Indexed by `PODS_BY_WORKSPACE`. */
  pods: Cache<Pod>
  provisioner: NodeProvisioner
  settings: OrderSettings & {
    /** Where this installation keeps the defaults of tunings. */
    namespace: string
  }
}

/** The world as one pass sees it, and what the Workspace asks for in it. */
export async function observe(workspace: Workspace, sources: Sources, call: Call): Promise<Observed> {
  const now = sources.clock.now()
  const given = { workspace, now, claimsCondition: CLAIMS_CONDITIONS[sources.provisioner.name] }
  if (workspace.metadata.deletionTimestamp) return { ...given, workload: ownWorkload(workspace, sources) }
  const { order, refusal } = orderOf(workspace, sources.settings)
  if (refusal) return { ...given, refusal }
  const ordered = { ...given, order }
  if (!isHeld(workspace)) return ordered
  const kind = workloadKind(order)
  const cached = cachedWorkload(kind, workspace, sources)
  const pods = sources.pods.byIndex(PODS_BY_WORKSPACE, keyOf(workspace))
  if (needsNoNodes({ workspace, workload: cached, now })) return { ...ordered, workload: cached, pods }
  const supply = await sources.provisioner.supply(nodeRequest(workspace, order.nodes), call)
  const { isWanted, ...standing } = await standingObjects({ workspace, order, supply }, sources, call)
  if (!isWanted) return given
  return { ...ordered, supply, pods, ...standing }
}

/** What a tuning that has ended, or a server that was given up, still has is not worth a look at its nodes. */
function needsNoNodes({ workspace, workload, now }: Pick<Observed, 'workspace' | 'workload' | 'now'>): boolean {
  const isOver = hasSucceeded(workspace) || jobEnd(workload) !== undefined
  return isOver || isGivenBack(workspace) || hasOutlivedNodes(workspace, workload, now)
}

interface Asked {
  workspace: Workspace
  order: Order
  supply: NodeSupply
}

type Standing = Pick<Observed, 'workload' | 'services' | 'lack' | 'trainingConfig'> & { isWanted: boolean }

/** Looks on the server itself for what the caches lack, and for what the user must bring, before anything is bought or made. */
async function standingObjects({ workspace, order, supply }: Asked, sources: Sources, call: Call): Promise<Standing> {
  const { client, services } = sources
  const key = parseKey(keyOf(workspace))
  const kind = workloadKind(order)
  const isBuying = supply.phase === 'missing'
  const isActing = isBuying || supply.phase === 'ready'
  const find = async <T extends KubernetesObject>(cache: Cache<T>, name: ObjectKey): Promise<T | undefined> =>
    cache.get(keyOf({ metadata: name })) ?? (isActing ? client.get(cache.resource, name, call) : undefined)
  const [found, foundServices, isWanted] = await Promise.all([
    find<KubernetesObject>(sources.workloads[kind], key),
    Promise.all(renderServices(workspace, order).map(({ metadata: { name } }) => find(services, { ...key, name }))),
    !isBuying || isStillWanted(workspace, client, call),
  ])
  const workload = found && workloadOf(kind, found)
  const isStarting = isActing && workload === undefined && isWanted
  const checked = isStarting ? await prerequisites({ workspace, order }, { client, ...sources.settings }, call) : {}
  return { workload, services: foundServices.filter((one) => one !== undefined), ...checked, isWanted }
}

function cachedWorkload(kind: WorkloadKind, workspace: Workspace, { workloads }: Sources): Workload | undefined {
  const object: KubernetesObject | undefined = workloads[kind].get(keyOf(workspace))
  return object && workloadOf(kind, object)
}

/** Of any kind: what a Workspace that is deleted asks for may not be readable any more. */
function ownWorkload(workspace: Workspace, sources: Sources): Workload | undefined {
  return WORKLOAD_KINDS.flatMap((kind) => cachedWorkload(kind, workspace, sources) ?? []).find((workload) =>
    isOwnedBy(workload, workspace),
  )
}

/** A cache that lags, or a leader that slept, must not buy nodes that nobody will give back. */
async function isStillWanted({ metadata }: Workspace, client: KubeClient, call: Call): Promise<boolean> {
  const stored = await client.get(WORKSPACES, parseKey(keyOf({ metadata })), call)
  if (!stored || stored.metadata.uid !== metadata.uid) return false
  return isHeld(stored) && stored.metadata.deletionTimestamp === undefined
}
