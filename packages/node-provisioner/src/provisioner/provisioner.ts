import type { Change, Node } from '@kaito/controller-kit'
import type { ClaimStores } from '../claims/claim-stores.ts'
import { releaseClaims } from '../claims/release.ts'
import { nodeChangeMatters } from '../existing-nodes/node-change.ts'
import type { NodeChoice } from '../existing-nodes/node-choice.ts'
import { createNodeIndex } from '../existing-nodes/node-index.ts'
import type { PoolStore } from '../node-pools/pool-store.ts'
import type { Call, NodeProvisioner, NodeRequest, Released, SlotRecord, WorkspaceRef } from '../node-provisioner.ts'
import { hindered } from '../slots/hindered.ts'
import type { Lack } from '../slots/node-lack.ts'
import { nodeSupply } from '../slots/node-supply.ts'
import type { SlotView } from '../slots/slot-view.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'
import { type Listener, tellOwner } from './tell-owner.ts'

const GROUP_DEADLINE_MS = 30 * 60_000

/** What the ways to get nodes share, whichever of them an installation uses. */
export interface Ground extends NodeProvisionerOptions {
  claims: ClaimStores
  pools: PoolStore
  choice: NodeChoice
}

interface Wanted {
  request: NodeRequest
  views: SlotView[]
}

/** In what one way to get nodes differs from another. */
interface Way {
  name: string
  /** Whether nodes come from a NodePool of the Workspace; one that an earlier way left is dissolved otherwise. */
  keepsPool: boolean
  views(request: NodeRequest, call: Call): Promise<SlotView[]>
  /** Why what is missing cannot be asked for now; undefined where it can. */
  hindrance(request: NodeRequest): Lack | undefined
  ask(wanted: Wanted, call: Call): Promise<SlotRecord[]>
  /** A Node has come or changed: calls back with those who wait for one. */
  onNodeChange?(listener: Listener, change: Change<Node>): void
  /** Nothing of the Workspace is waited for any more. */
  forget?(workspace: WorkspaceRef): void
}

export function createProvisioner(ground: Ground, way: Way): NodeProvisioner {
  const { claims, pools, nodes, clock, choice, groupDeadlineMs = GROUP_DEADLINE_MS } = ground
  const index = createNodeIndex()
  /** The NodePool of an earlier way: as long as it is there it replaces nodes beside us. */
  const leftPool = (workspace: WorkspaceRef) => (way.keepsPool ? undefined : pools.cached(workspace))

  async function giveUp(workspace: WorkspaceRef, call: Call): Promise<Released> {
    choice.forget(workspace)
    index.forget(workspace)
    way.forget?.(workspace)
    // The pool first: as long as it is there its claims come back.
    if (await pools.end(workspace, call)) {
      return { released: false, reason: 'Deleting', message: 'the NodePool of the Workspace is being deleted' }
    }
    return releaseClaims(claims, workspace, call)
  }

  return {
    name: way.name,
    async supply(request, call) {
      index.see(request)
      const views = await way.views(request, call)
      const pool = leftPool(request.workspace)
      const isMissing = views.some((view) => view.isMissing && !view.ends)
      const lack = isMissing ? (pool ? poolLack(pool.metadata.name) : way.hindrance(request)) : undefined
      const seen = lack ? hindered(views, request, lack) : views
      const supply = nodeSupply(seen, request, { now: clock.now(), groupDeadlineMs })
      return pool && !pool.metadata.deletionTimestamp ? { ...supply, handsOver: true } : supply
    },
    async request(request, call) {
      const views = await way.views(request, call)
      if (!leftPool(request.workspace)) return way.ask({ request, views }, call)
      await pools.dissolve(request.workspace, call)
      return request.slots
    },
    release: giveUp,
    giveBack: giveUp,
    onChange(listener) {
      claims.onChange(({ object }) => tellOwner(object, listener))
      pools.onChange(({ object }) => tellOwner(object, listener))
      nodes.onChange((change) => {
        way.onNodeChange?.(listener, change)
        const users = index.workspacesOn(change.object.metadata.name)
        if (!nodeChangeMatters(change)) return
        tellOwner(change.object, listener)
        users.forEach(listener)
      })
    },
  }
}

function poolLack(name: string): Lack {
  const message = `NodePool ${name}, from an earlier setting of this installation, is being dissolved first; its nodes stay`
  return { phase: 'Creating', reason: 'PoolCreating', message }
}
