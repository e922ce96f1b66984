import type { Instance } from '@kaito/cloud-provider'
import type { Node, Pod } from '@kaito/controller-kit'
import type { Claim, LaunchChoice } from '../claim/claim.ts'
import type { ClosingRule, ServingRule } from '../claim/claim-adapter.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import type { FoundClass } from '../class/class-source.ts'
import type { ChoiceRefusal } from '../launch/choice-refusals.ts'
import { matchesLabels } from '../node/node-facts.ts'
import type { LifecycleSettings } from '../settings.ts'

/** What the shared list says of one claim's instance. Unknown is not absent: nothing may follow from it. */
export type Sighting = { known: false } | { known: true; instance: Instance | undefined }

/** What keeps the cloud from being worked with, as a claim tells it: the same words as long as the cause is the same. */
export interface Outage {
  reason: string
  message: string
}

/** Everything one pass decides on. */
export interface Observed {
  /** Wall clock milliseconds. */
  now: number
  claim: Claim
  owner: { apiVersion: string; kind: string }
  /** By whom it is served. */
  provisioner: ProvisionerIdentity
  closing: ClosingRule
  serving: ServingRule
  sighting: Sighting
  /** What the list has under the name of the claim's instance, now or before a restore, without being the claim's. */
  namesake: Instance | undefined
  /** The deletion waits for somebody's word, for it came with that of the definition of its kind. */
  deletionHeld: boolean
  /** Why the cloud cannot be listed; undefined while it can, or while that may pass by itself. */
  outage: Outage | undefined
  /** When the list behind the sighting began, in wall clock milliseconds. */
  listedAtMs: number
  /** Every Node of the claim, those that are leaving included. */
  nodes: Node[]
  /** Read from the server in this pass, where the decision needs them; otherwise undefined. */
  pods: Pod[] | undefined
  /** Volumes that a deletion still waits for, read likewise; undefined where it does not depend on them. */
  attachedVolumes: string[] | undefined
  /** By what time the end of nodes is judged, in wall clock milliseconds; a jump of the wall clock does not move it. */
  endClockMs: number
  /** Milliseconds since the cloud was asked to end the instance, for one that is ending; otherwise 0. */
  terminationAskedMs: number
  /** Whether the cloud itself has confirmed, often enough, that there is no instance; `pausedMs` says when to ask again. */
  absence: { proven: boolean; pausedMs: number }
  /** The class that the claim names, or that of a claim without one. */
  class: FoundClass
  /** Every way to launch that claim and class allow, best first. */
  choices: LaunchChoice[]
  /** Why no node can come of the claim as it and its class are. */
  fault: string | undefined
  /** What the cloud refused lately, by position of `choices`. */
  refused: (ChoiceRefusal | undefined)[]
  /** The claim's place among those that wait, from 0 to below 1, where every choice is refused. */
  turn: number
  /** How long what now has a deadline has lasted, in milliseconds, by the clock that nobody sets; undefined for nothing. */
  waitedMs: number | undefined
  /** Time that the cloud asked us to wait before this claim's next request, in milliseconds. */
  cloudPauseMs: number
  /** Deletions nobody asked for are allowed: cloud and cluster have been well for long enough. */
  mayEnd: boolean
  /** With the deadlines of the class. */
  settings: LifecycleSettings
}

/**
 * The Node that serves the claim: by recorded provider ID, and before one is recorded by the labels of its instance.
 * While a Node of that ID is still leaving, none takes its place.
 */
export function servingNode(seen: Observed): { node: Node | undefined; ambiguous: boolean } {
  const { claim, nodes, sighting } = seen
  const recorded = nodes.filter(
    (node) => node.spec?.providerID !== undefined && node.spec.providerID === claim.providerID,
  )
  const selector = sighting.known ? sighting.instance?.nodeSelector : undefined
  const candidates =
    recorded.length > 0
      ? recorded
      : nodes.filter((node) => selector && node.spec?.providerID && matchesLabels(node, selector))
  const staying = candidates.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return { node: staying.length === 1 ? staying[0] : undefined, ambiguous: staying.length > 1 }
}
