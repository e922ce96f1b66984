import { existingNodeNames } from '@kaito/api'
import type { Clock, Node } from '@kaito/controller-kit'
import type { Call, NodeRequest, SlotRecord, WorkspaceRef } from '../node-provisioner.ts'
import { eligibleNodes } from './eligible-nodes.ts'

/** Longer than it takes from a choice to its record; what is not on record then was given up. */
export const RECORD_GRACE_MS = 10 * 60_000

interface NodeChoiceOptions {
  /** All nodes that are known. */
  nodes: () => Node[]
  /** Tells the nodes that end with somebody's claim. */
  claimed: () => (node: Node) => boolean
  /** Names of the existing nodes on record in all other Workspaces, read from the server itself. */
  reservations: (workspace: WorkspaceRef, call: Call) => Promise<Iterable<string>>
  clock: Clock
}

/** Chooses existing nodes, each for one Workspace at most. */
export interface NodeChoice {
  /** Whether it is worth choosing; says nothing of what other Workspaces have on record. */
  hasCandidates(request: NodeRequest): boolean
  /** A node for each of the slots while there are any, by ordinal. Asking again for the same slots gives the same. */
  choose(request: NodeRequest, slots: SlotRecord[], call: Call): Promise<Map<number, string>>
  forget(workspace: WorkspaceRef): void
}

interface Chosen {
  uid: string
  ordinal: number
  attempt: number
  chosenAtMs: number
}

export function createNodeChoice({ nodes, claimed, reservations, clock }: NodeChoiceOptions): NodeChoice {
  const chosen = new Map<string, Chosen>()

  /** Of other Workspaces, as long as what they chose may still not be on record. */
  function unrecorded({ workspace }: NodeRequest): string[] {
    return [...chosen].flatMap(([name, { uid, chosenAtMs }]) => {
      return uid !== workspace.uid && clock.now() - chosenAtMs <= RECORD_GRACE_MS ? [name] : []
    })
  }

  function candidates(request: NodeRequest, reserved: Iterable<string> = []): string[] {
    const taken = new Set([...reserved, ...unrecorded(request), ...existingNodeNames(request.slots)])
    const eligible = eligibleNodes(nodes(), request, taken)
    if (eligible.length === 0) return []
    const isClaimed = claimed()
    return eligible.filter((node) => !isClaimed(node)).map(({ metadata }) => metadata.name)
  }

  return {
    hasCandidates: (request) => candidates(request).length > 0,
    async choose(request, slots, call) {
      const { uid } = request.workspace
      const reserved = await reservations(request.workspace, call)
      // Nothing is awaited from here on: no other pass can choose the same node in between.
      const free = candidates(request, reserved)
      const assigned = assign(free, slots, (name, { ordinal, attempt }) => {
        const earlier = chosen.get(name)
        return earlier?.uid === uid && earlier.ordinal === ordinal && earlier.attempt === attempt
      })
      for (const { ordinal, attempt } of slots) {
        const name = assigned.get(ordinal)
        if (name !== undefined) chosen.set(name, { uid, ordinal, attempt, chosenAtMs: clock.now() })
      }
      return assigned
    },
    forget({ uid }) {
      for (const [name, choice] of chosen) if (choice.uid === uid) chosen.delete(name)
    },
  }
}

/** What was chosen before for a slot stays its own; the other slots get the best of the rest. */
function assign(
  free: string[],
  slots: SlotRecord[],
  wasChosen: (name: string, slot: SlotRecord) => boolean,
): Map<number, string> {
  const assigned = new Map<number, string>()
  for (const slot of slots) {
    const name = free.find((candidate) => wasChosen(candidate, slot))
    if (name !== undefined) assigned.set(slot.ordinal, name)
  }
  const rest = free.filter((name) => ![...assigned.values()].includes(name))
  for (const { ordinal } of slots) {
    const name = assigned.has(ordinal) ? undefined : rest.shift()
    if (name !== undefined) assigned.set(ordinal, name)
  }
  return assigned
}
