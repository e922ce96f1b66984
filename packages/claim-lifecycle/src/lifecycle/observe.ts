import { GPU_RESOURCE } from '@kaito/api'
import { type KubeClient, type KubernetesObject, type Node, PODS, type Pod } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { missingResource } from '../node/initialization.ts'
import { isHeld, isLeaving, readyStatus } from '../node/node-facts.ts'
import type { Dependencies } from './dependencies.ts'
import { type Observed, servingNode } from './observed.ts'

export async function observe<T extends KubernetesObject>(
  dependencies: Dependencies<T>,
  object: T,
  { signal, cloudPauseMs }: { signal: AbortSignal; cloudPauseMs: number },
): Promise<Observed> {
  const { adapter, instances, choiceRefusals, clock, settings } = dependencies
  const { group, version, kind } = adapter.resource
  const claim = adapter.read(object)
  const now = clock.now()
  const seen: Observed = {
    now,
    claim,
    owner: { apiVersion: `${group}/${version}`, kind },
    sighting: instances.find(claim),
    listedAtMs: instances.listedAtMs(),
    nodes: nodesOf(dependencies, claim),
    pods: undefined,
    absence: absenceOf(dependencies, claim),
    refused: claim.choices.map((choice) => choiceRefusals.of(choice, now)),
    cloudPauseMs,
    mayEnd: dependencies.mayEnd(),
    settings,
  }
  const wanted = nodesWithPodsOfInterest(seen)
  return wanted.length === 0 ? seen : { ...seen, pods: await podsOn(dependencies.client, wanted, signal) }
}

/** How far the absence of the claim's instance is proven. One that had a Node has been seen by every reader of the cloud. */
export function absenceOf<T extends KubernetesObject>(
  { absences, instances }: Dependencies<T>,
  claim: Claim,
): Observed['absence'] {
  return absences.of(claim, claim.providerID !== undefined || instances.wasListed(claim.uid))
}

function nodesOf<T extends KubernetesObject>({ nodes }: Dependencies<T>, claim: Claim): Node[] {
  const labelled = nodes.byIndex('claimUid', claim.uid)
  const recorded = claim.providerID === undefined ? [] : nodes.byIndex('providerID', claim.providerID)
  const byName = new Map([...labelled, ...recorded].map((node) => [node.metadata.name, node]))
  return [...byName.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** Those being emptied, and the one that lacks its GPUs. */
function nodesWithPodsOfInterest(seen: Observed): Node[] {
  const leaving = seen.nodes.filter((node) => isLeaving(node) && isHeld(node))
  if (leaving.length > 0 || seen.claim.deletedAt !== undefined) return leaving
  const { node } = servingNode(seen)
  const lacksGpu =
    node && readyStatus(node) === 'True' && !seen.claim.steps.initialized?.met && missingResource(seen.claim, node)
  return node && lacksGpu === GPU_RESOURCE ? [node] : []
}

/** From the server itself: what is evicted or reported must be there. */
async function podsOn(client: KubeClient, nodes: readonly Node[], signal: AbortSignal): Promise<Pod[]> {
  const lists = nodes.map(({ metadata }) =>
    client.list(PODS, { fieldSelector: `spec.nodeName=${metadata.name}`, signal }),
  )
  return (await Promise.all(lists)).flat()
}
