import { GPU_RESOURCE } from '@kaito/api'
import type { Instance } from '@kaito/cloud-provider'
import { type KubeClient, type KubernetesObject, type Node, PODS, type Pod } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { claimFault } from '../claim/claim-fault.ts'
import { recordedInstanceName } from '../claim/recorded-instance-name.ts'
import { ownerOf } from '../claim/served-kind.ts'
import { classSettings } from '../class/class-settings.ts'
import { NO_CLASS } from '../class/class-source.ts'
import { readAwaitedVolumes } from '../drain/read-volumes.ts'
import type { InstanceList } from '../instances/instance-list.ts'
import { launchChoices } from '../launch/choices.ts'
import { isAskedAnew } from '../launch/launch-record.ts'
import { turnOf } from '../launch/turn.ts'
import { missingResource } from '../node/initialization.ts'
import { isHeld, isLeaving, readyStatus } from '../node/node-facts.ts'
import { endClockMs } from '../termination/end-clock.ts'
import { asksForVolumes, heldNodes } from '../termination/stage.ts'
import type { Dependencies } from './dependencies.ts'
import { runningDeadline } from './launch-failure.ts'
import { type Observed, type Sighting, servingNode } from './observed.ts'
import type { Stopwatches } from './stopwatches.ts'

export async function observe<T extends KubernetesObject>(
  dependencies: Dependencies<T>,
  object: T,
  { signal, cloudPauseMs, stopwatches }: { signal: AbortSignal; cloudPauseMs: number; stopwatches: Stopwatches },
): Promise<Observed> {
  const { adapter, instances, clock } = dependencies
  const claim = adapter.read(object)
  const sighting = instances.find(claim)
  const now = clock.now()
  const seen: Observed = {
    now,
    claim,
    owner: ownerOf(adapter.resource),
    provisioner: dependencies.provisioner,
    closing: adapter.closing,
    serving: adapter.serving,
    sighting,
    namesake: namesakeOf(instances, claim, sighting),
    deletionHeld: await isDeletionHeld(dependencies, claim, signal),
    outage: instances.outage(),
    listedAtMs: instances.listedAtMs(),
    nodes: nodesOf(dependencies, claim),
    pods: undefined,
    attachedVolumes: undefined,
    endClockMs: now,
    terminationAskedMs: terminationAskedMs(dependencies, claim, sighting),
    absence: absenceOf(dependencies, claim),
    ...launchPrefaceOf(dependencies, object, claim),
    waitedMs: undefined,
    cloudPauseMs,
    mayEnd: dependencies.mayEnd(),
  }
  seen.waitedMs = waitedMs(seen, stopwatches)
  seen.endClockMs = endClockMs(seen, stopwatches)
  const wanted = nodesWithPodsOfInterest(seen)
  if (wanted.length === 0) return seen
  const pods = await podsOn(dependencies.client, wanted, signal)
  return withVolumes(dependencies.client, { ...seen, pods }, signal)
}

function namesakeOf(instances: InstanceList, claim: Claim, sighting: Sighting): Instance | undefined {
  if (!sighting.known || sighting.instance) return undefined
  return instances.named(claim.instanceName) ?? formerInstance(instances, claim)
}

/** A claim that was restored under a new UID records the name that its instance had under the old one. */
function formerInstance({ named }: Pick<InstanceList, 'named'>, claim: Claim): Instance | undefined {
  const recorded = recordedInstanceName(claim)
  const instance = recorded === undefined ? undefined : named(recorded)
  return claim.providerID !== undefined && instance?.claimUid !== undefined ? instance : undefined
}

async function isDeletionHeld<T extends KubernetesObject>(
  { definitionHold, adapter }: Dependencies<T>,
  claim: Claim,
  signal: AbortSignal,
): Promise<boolean> {
  if (claim.deletedAt === undefined || !claim.held) return false
  return definitionHold.holds(adapter.resource.kind, claim, signal)
}

function terminationAskedMs<T extends KubernetesObject>(
  { terminations }: Dependencies<T>,
  claim: Claim,
  sighting: Sighting,
): number {
  return sighting.known && sighting.instance?.state === 'Deleting' ? terminations.agoMs(claim.uid) : 0
}

async function withVolumes(
  client: KubeClient,
  seen: Observed & { pods: Pod[] },
  signal: AbortSignal,
): Promise<Observed> {
  if (!asksForVolumes(seen)) return seen
  const drained = { nodes: heldNodes(seen), pods: seen.pods, taint: seen.closing.taint }
  return { ...seen, attachedVolumes: await readAwaitedVolumes(client, drained, signal) }
}

type LaunchPreface = Pick<Observed, 'class' | 'choices' | 'fault' | 'refused' | 'turn' | 'settings'>

/** What a launch of the claim would be decided on. */
function launchPrefaceOf<T extends KubernetesObject>(
  dependencies: Dependencies<T>,
  object: T,
  claim: Claim,
): LaunchPreface {
  const { choiceRefusals, classes, claims, clock, cloud, random, settings } = dependencies
  const named = claim.className === undefined ? NO_CLASS : classes.find(claim.className)
  const spec = named.found ? named.spec : {}
  const choices = launchChoices(claim, spec, (size) => cloud.gpusOf?.(size))
  const refused = choices.choices.map((choice) =>
    isAskedAnew(claim) ? undefined : choiceRefusals.of(choice, clock.now()),
  )
  return {
    class: named,
    choices: choices.choices,
    fault: claimFault(claim, { spec, choices, region: settings.region }),
    refused,
    turn:
      refused.length > 0 && refused.every((refusal) => refusal !== undefined)
        ? turnOf(object, claims.list(), random)
        : 0,
    settings: classSettings(spec, settings),
  }
}

function waitedMs(seen: Observed, stopwatches: Stopwatches): number | undefined {
  const { name } = seen.claim
  const running = runningDeadline(seen)
  if (running) return stopwatches.elapsedMs(name, running)
  stopwatches.forget(name)
  return undefined
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
  const own = recorded.filter((node) => !cameAfterTheEnd(node, claim))
  const byName = new Map([...labelled, ...own].map((node) => [node.metadata.name, node]))
  return [...byName.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** The cloud gives a freed name, and with it the provider ID, to whoever asks next: that Node is somebody else's. */
function cameAfterTheEnd({ metadata }: Node, { deletedAt }: Claim): boolean {
  return deletedAt !== undefined && Date.parse(metadata.creationTimestamp ?? '') > Date.parse(deletedAt)
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
