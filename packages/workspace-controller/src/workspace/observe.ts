import type { Workspace } from '@kaito/api'
import {
  type Cache,
  type Clock,
  type Deployment,
  type KubeClient,
  type KubernetesObject,
  keyOf,
  type Pod,
  parseKey,
  type Service,
} from '@kaito/controller-kit'
import type { Call, NodeProvisioner } from '@kaito/node-provisioner'
import { inferenceDeployment, inferenceService } from '../workload/inference.ts'
import { PODS_BY_WORKSPACE } from '../workload/pods.ts'
import { CLAIMS_CONDITIONS } from './conditions.ts'
import { isHeld } from './held.ts'
import { nodeRequest } from './node-request.ts'
import type { Observed } from './observed.ts'
import { type Order, type OrderSettings, orderOf } from './order.ts'
import { WORKSPACES } from './workspaces.ts'

export interface Sources {
  client: KubeClient
  clock: Clock
  /** Objects with the Workspace label; what they lack is looked for on the server before anything is bought or made. */
  deployments: Cache<Deployment>
  services: Cache<Service>
  /** Indexed by `PODS_BY_WORKSPACE`. */
  pods: Cache<Pod>
  provisioner: NodeProvisioner
  settings: OrderSettings
}

/** The world as one pass sees it, and what the Workspace asks for in it. */
export interface Observation {
  seen: Observed
  order?: Order
}

export async function observe(workspace: Workspace, sources: Sources, call: Call): Promise<Observation> {
  const now = sources.clock.now()
  const given = { workspace, now, claimsCondition: CLAIMS_CONDITIONS[sources.provisioner.name] }
  if (workspace.metadata.deletionTimestamp) {
    return { seen: { ...given, deployment: sources.deployments.get(keyOf(workspace)) } }
  }
  const { order, refusal } = orderOf(workspace, sources.settings)
  if (refusal) return { seen: { ...given, refusal } }
  if (!isHeld(workspace)) return { seen: given }
  const supply = await sources.provisioner.supply(nodeRequest(workspace, order), call)
  const wanted = { deployment: inferenceDeployment(workspace, order), service: inferenceService(workspace, order) }
  const isBuying = supply.phase === 'missing'
  const isActing = isBuying || supply.phase === 'ready'
  const standing = <T extends KubernetesObject>(cache: Cache<T>): T | Promise<T | undefined> | undefined =>
    cache.get(keyOf(workspace)) ??
    (isActing ? sources.client.get(cache.resource, parseKey(keyOf(workspace)), call) : undefined)
  const [deployment, service, isWanted] = await Promise.all([
    standing(sources.deployments),
    standing(sources.services),
    !isBuying || isStillWanted(workspace, sources.client, call),
  ])
  if (!isWanted) return { seen: given }
  const pods = sources.pods.byIndex(PODS_BY_WORKSPACE, keyOf(workspace))
  return { seen: { ...given, supply, wanted, deployment, service, pods }, order }
}

/** A cache that lags, or a leader that slept, must not buy nodes that nobody will give back. */
async function isStillWanted({ metadata }: Workspace, client: KubeClient, call: Call): Promise<boolean> {
  const stored = await client.get(WORKSPACES, parseKey(keyOf({ metadata })), call)
  if (!stored || stored.metadata.uid !== metadata.uid) return false
  return isHeld(stored) && stored.metadata.deletionTimestamp === undefined
}
