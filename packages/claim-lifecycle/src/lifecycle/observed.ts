import type { Instance } from '@kaito/cloud-provider'
import type { Node, Pod } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ChoiceRefusal } from '../launch/choice-refusals.ts'
import { matchesLabels } from '../node/node-facts.ts'
import type { LifecycleSettings } from '../settings.ts'

/** What the shared list says of one claim's instance. Unknown is not absent: nothing may follow from it. */
export type Sighting = { known: false } | { known: true; instance: Instance | undefined }

/** Everything one pass decides on. */
export interface Observed {
  /** Wall clock milliseconds. */
  now: number
  claim: Claim
  owner: { apiVersion: string; kind: string }
  sighting: Sighting
  /** When the list behind the sighting began, in wall clock milliseconds. */
  listedAtMs: number
  /** Every Node of the claim, those that are leaving included. */
  nodes: Node[]
  /** Read from the server in this pass, where the decision needs them; otherwise undefined. */
  pods: Pod[] | undefined
  /** Whether the cloud itself has confirmed, often enough, that there is no instance; `pausedMs` says when to ask again. */
  absence: { proven: boolean; pausedMs: number }
  /** What the cloud refused lately, by position of the claim's choices. */
  refused: (ChoiceRefusal | undefined)[]
  /** Time that the cloud asked us to wait before this claim's next request, in milliseconds. */
  cloudPauseMs: number
  /** Deletions nobody asked for are allowed: cloud and cluster have been well for long enough. */
  mayEnd: boolean
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
