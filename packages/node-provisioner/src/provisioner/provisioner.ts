import type { ClaimStores } from '../claims/claim-stores.ts'
import { endClaim } from '../claims/end-claim.ts'
import { releaseClaims } from '../claims/release.ts'
import { chooseExisting } from '../existing-nodes/choose-existing.ts'
import { nodeChangeMatters } from '../existing-nodes/node-change.ts'
import type { NodeChoice } from '../existing-nodes/node-choice.ts'
import { createNodeIndex, type NodeIndex } from '../existing-nodes/node-index.ts'
import { createNodeSearch, type NodeSearch } from '../existing-nodes/node-search.ts'
import type { PoolStore } from '../node-pools/pool-store.ts'
import type { Call, NodeProvisioner, NodeRequest, Released, SlotRecord, WorkspaceRef } from '../node-provisioner.ts'
import { hindered } from '../slots/hindered.ts'
import type { Lack } from '../slots/node-lack.ts'
import { nodeSupply } from '../slots/node-supply.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { taken, type Wanted } from '../slots/wanted.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'
import { type Listener, tellOwner } from './tell-owner.ts'

const GROUP_DEADLINE_MS = 30 * 60_000

/** What the ways to get nodes share, whichever of them an installation uses. */
export interface Ground extends NodeProvisionerOptions {
  claims: ClaimStores
  pools: PoolStore
  choice: NodeChoice
}

/** In what one way to get nodes differs from another. */
interface Way {
  name: string
  /** Whether nodes come from a NodePool of the Workspace; one that an earlier way left is dissolved otherwise. */
  keepsPool: boolean
  views(request: NodeRequest, call: Call): Promise<SlotView[]>
  /** Why nobody can be asked for what is missing; undefined where somebody can. */
  hindrance(request: NodeRequest): Lack | undefined
  /** Asks for what is missing and not chosen, unless that is hindered; tells what to record. */
  ask(wanted: Wanted, call: Call): Promise<SlotRecord[]>
}

export function createProvisioner(ground: Ground, way: Way): NodeProvisioner {
  const { claims, pools, clock, choice, groupDeadlineMs = GROUP_DEADLINE_MS } = ground
  const index = createNodeIndex()
  const search = createNodeSearch({ choice, clock })
  /** The NodePool of an earlier way: as long as it is there it replaces nodes beside us. */
  const leftPool = (workspace: WorkspaceRef) => (way.keepsPool ? undefined : pools.cached(workspace))

  /** What is missing waits: for the end of a pool, or for a node that is there while nobody can be asked. */
  function waiting(views: SlotView[], request: NodeRequest): SlotView[] {
    const { workspace } = request
    if (!views.some(({ isMissing, ends }) => isMissing && !ends)) {
      search.forget(workspace)
      return views
    }
    const pool = leftPool(workspace)
    if (pool) return hindered(views, request, poolLack(pool.metadata.name))
    const lack = way.hindrance(request)
    if (!lack || search.isWorthwhile(request)) return views
    return hindered(views, request, search.wait(request, lack))
  }

  function giveUp(workspace: WorkspaceRef, call: Call): Promise<Released> {
    for (const memory of [choice, index, search]) memory.forget(workspace)
    return release(ground, workspace, call)
  }

  return {
    name: way.name,
    async supply(request, call) {
      index.see(request)
      const views = waiting(await way.views(request, call), request)
      const supply = nodeSupply(views, request, { now: clock.now(), groupDeadlineMs })
      const pool = leftPool(request.workspace)
      return pool && !pool.metadata.deletionTimestamp ? { ...supply, handsOver: true } : supply
    },
    async request(request, call) {
      if (leftPool(request.workspace)) {
        await pools.dissolve(request.workspace, call)
        return request.slots
      }
      const views = await withoutEnded(await way.views(request, call), call)
      const chosen = await chooseExisting({ claims, choice }, { request, views }, call)
      if (!way.hindrance(request)) return way.ask({ request, views, chosen }, call)
      search.note(request, views, chosen)
      return views.map(({ isMissing, next }) => taken(next, chosen) ?? (isMissing ? unasked(next) : next))
    },
    release: giveUp,
    giveBack: giveUp,
    onChange: (listener) => follow(ground, { index, search }, listener),
  }
}

/** Ends the claims that are in the way of others; until they are gone nothing else is asked for in their place. */
async function withoutEnded(views: SlotView[], call: Call): Promise<SlotView[]> {
  return Promise.all(
    views.map(async ({ ends, ...view }) => {
      if (!ends) return view
      await endClaim(ends, call)
      return { ...view, isMissing: false }
    }),
  )
}

async function release({ pools, claims }: Ground, workspace: WorkspaceRef, call: Call): Promise<Released> {
  // The pool first: as long as it is there its claims come back.
  if (await pools.end(workspace, call)) {
    return { released: false, reason: 'Deleting', message: 'the NodePool of the Workspace is being deleted' }
  }
  return releaseClaims(claims, workspace, call)
}

function follow(
  { claims, pools, nodes }: Ground,
  { index, search }: { index: NodeIndex; search: NodeSearch },
  listener: Listener,
): void {
  claims.onChange(({ object }) => tellOwner(object, listener))
  pools.onChange(({ object }) => tellOwner(object, listener))
  nodes.onChange((change) => {
    search.noteNode(change, listener)
    const users = index.workspacesOn(change.object.metadata.name)
    if (!nodeChangeMatters(change)) return
    tellOwner(change.object, listener)
    users.forEach(listener)
  })
}

/** What to record of a slot for which nobody was asked. */
function unasked({ ordinal, attempt }: SlotRecord): SlotRecord {
  return { ordinal, attempt }
}

function poolLack(name: string): Lack {
  const message = `NodePool ${name}, from an earlier setting of this installation, is being dissolved first; its nodes stay`
  return { phase: 'Creating', reason: 'PoolCreating', message }
}
