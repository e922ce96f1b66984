import { chooseExisting } from '../claims/ask-for-nodes.ts'
import { slotViews } from '../claims/slot-views.ts'
import { mayServeAnew } from '../existing-nodes/node-change.ts'
import type { Call, NodeProvisioner, NodeRequest, SlotRecord, WorkspaceRef } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { createGround } from './ground.ts'
import { createProvisioner } from './provisioner.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/** Another Workspace may let go of a node, which no Node tells. */
const LOOK_AGAIN_MS = 30_000

/** Asks nobody for nodes: a Workspace waits until nodes that are there may serve it. */
export function createExistingNodesProvisioner(options: NodeProvisionerOptions): NodeProvisioner {
  const ground = createGround(options, undefined)
  const { claims, choice, clock } = ground
  const waiting = new Map<string, WorkspaceRef>()
  /** When a Workspace found all nodes that fit it taken, by UID. */
  const foundNone = new Map<string, number>()

  async function views(request: NodeRequest, call: Call): Promise<SlotView[]> {
    const { workspace } = request
    const seen = await slotViews({ ...ground, askedOf: undefined }, request, call)
    if (seen.some(({ isMissing }) => isMissing)) waiting.set(workspace.uid, workspace)
    else waiting.delete(workspace.uid)
    return seen
  }

  function hindrance(request: NodeRequest): Lack | undefined {
    if (request.existingNodes === 'Never') return NEVER
    const sinceMs = clock.now() - (foundNone.get(request.workspace.uid) ?? Number.NEGATIVE_INFINITY)
    if (sinceMs < LOOK_AGAIN_MS) return noneFree(request, LOOK_AGAIN_MS - sinceMs)
    return choice.hasCandidates(request) ? undefined : noneFree(request, undefined)
  }

  async function ask({ request, views: seen }: { request: NodeRequest; views: SlotView[] }, call: Call) {
    const chosen = await chooseExisting({ claims, choice }, { request, views: seen }, call)
    const isLeft = seen.some(({ isMissing, next }) => isMissing && !chosen.has(next.ordinal))
    if (isLeft) foundNone.set(request.workspace.uid, clock.now())
    return seen.map(({ isMissing, next }): SlotRecord => {
      const { ordinal, attempt } = next
      const nodeName = chosen.get(ordinal)
      if (nodeName !== undefined) return { ordinal, attempt, nodeName }
      return isMissing ? { ordinal, attempt } : next
    })
  }

  return createProvisioner(ground, {
    name: 'existing-nodes',
    keepsPool: false,
    views,
    hindrance,
    ask,
    onNodeChange(listener, change) {
      if (!mayServeAnew(change)) return
      foundNone.clear()
      for (const workspace of waiting.values()) listener(workspace)
    },
    forget({ uid }) {
      waiting.delete(uid)
      foundNone.delete(uid)
    },
  })
}

const NEVER: Lack = {
  phase: 'Blocked',
  reason: 'InvalidRequest',
  message:
    'resource.existingNodes: this installation makes no nodes, so Never cannot be served; leave it out, or ask whoever runs the installation for a provisioner',
}

function noneFree(request: NodeRequest, revisitAfterMs: number | undefined): Lack {
  const { instanceTypes, labels, gpusPerNode } = request
  const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const message = `no free node fits, and this installation makes none: it takes a ready node of size ${instanceTypes.join(' or ')} with ${gpusPerNode} GPUs and the labels ${wanted.join(', ')} ("kubectl label node <name> ${wanted.join(' ')}")`
  return {
    phase: 'Blocked',
    reason: 'NoCapacity',
    message,
    ...(revisitAfterMs === undefined ? {} : { revisitAfterMs }),
  }
}
