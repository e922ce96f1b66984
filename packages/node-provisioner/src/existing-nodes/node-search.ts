import type { Change, Clock, Node } from '@kaito/controller-kit'
import type { NodeRequest, WorkspaceRef } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { mayServeAnew } from './node-change.ts'
import type { NodeChoice } from './node-choice.ts'

/** Another Workspace may let go of a node, which no Node tells. */
const LOOK_AGAIN_MS = 30_000

/** Who waits for a node that is there, since nobody can be asked for one. */
export interface NodeSearch {
  /** Whether a node that is there may serve now, as far as is known. */
  isWorthwhile(request: NodeRequest): boolean
  /** Nothing fits or is free: what is told, and when to look again. */
  wait(request: NodeRequest, lack: Lack): Lack
  /** What came of looking. */
  note(request: NodeRequest, views: readonly SlotView[], chosen: ReadonlyMap<number, string>): void
  /** Tells those who wait when a Node may serve anew. */
  noteNode(change: Change<Node>, listener: (workspace: WorkspaceRef) => void): void
  forget(workspace: WorkspaceRef): void
}

export function createNodeSearch({ choice, clock }: { choice: NodeChoice; clock: Clock }): NodeSearch {
  const waiting = new Map<string, WorkspaceRef>()
  /** When a Workspace found all nodes that fit it taken, by UID. */
  const foundNone = new Map<string, number>()

  /** How long ago that was. */
  function sinceMs({ uid }: WorkspaceRef): number {
    return clock.now() - (foundNone.get(uid) ?? Number.NEGATIVE_INFINITY)
  }

  return {
    isWorthwhile: (request) => sinceMs(request.workspace) >= LOOK_AGAIN_MS && choice.hasCandidates(request),
    wait({ workspace }, lack) {
      waiting.set(workspace.uid, workspace)
      const leftMs = LOOK_AGAIN_MS - sinceMs(workspace)
      return leftMs > 0 ? { ...lack, revisitAfterMs: Math.min(leftMs, lack.revisitAfterMs ?? leftMs) } : lack
    },
    note({ workspace }, views, chosen) {
      const isLeft = views.some(({ isMissing, next }) => isMissing && !chosen.has(next.ordinal))
      if (isLeft) foundNone.set(workspace.uid, clock.now())
    },
    noteNode(change, listener) {
      if (!mayServeAnew(change)) return
      foundNone.clear()
      for (const workspace of waiting.values()) listener(workspace)
    },
    forget({ uid }) {
      waiting.delete(uid)
      foundNone.delete(uid)
    },
  }
}
