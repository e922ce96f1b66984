import type { Reason } from '@kaito/api'
import type { Clock, Node } from '@kaito/controller-kit'
import { existingSlot } from '../existing-nodes/existing-slot.ts'
import { createNodeChoice, type NodeChoice } from '../existing-nodes/node-choice.ts'
import { createNodeIndex, type NodeIndex } from '../existing-nodes/node-index.ts'
import type { Call, NodeProvisioner, NodeRequest, Released, SlotRecord, WorkspaceRef } from '../node-provisioner.ts'
import { claimName } from '../slots/claim-name.ts'
import { nodeSupply } from '../slots/node-supply.ts'
import { neverAskedSlot, onlySize, type SlotView, standingRecord } from '../slots/slot-view.ts'
import { vanishedSlot } from '../slots/vanished-slot.ts'
import { anExistingNode } from './existing-node.ts'

const GROUP_DEADLINE_MS = 30 * 60_000

interface FakeClaim {
  workspace: WorkspaceRef
  createdAtMs: number
  isReady: boolean
  lack: { reason: Reason; message: string }
}

/** A NodeProvisioner in memory, driven by the test's hand. It is a simulation: no cluster stands behind it. */
export interface FakeNodeProvisioner extends NodeProvisioner {
  /** Names of all claims, sorted. */
  claims(): string[]
  /** The claim's node comes up, complete. */
  serve(claim: string): void
  /** The claim says why it gives no node. */
  hold(claim: string, lack: { reason: Reason; message: string }): void
  /** The claim is gone, whatever it was. */
  vanish(claim: string): void
  /** An existing node is there, as `aNodeRequest` wants it. */
  offer(nodeName: string): void
  /** The existing node is gone. */
  withdraw(nodeName: string): void
}

type Listener = Parameters<NodeProvisioner['onChange']>[0]

interface FakeState {
  claims: Map<string, FakeClaim>
  nodes: Map<string, Node>
  choice: NodeChoice
  index: NodeIndex
  clock: Clock
}

export function createFakeNodeProvisioner({ clock }: { clock: Clock }): FakeNodeProvisioner {
  const nodes = new Map<string, Node>()
  const others = { claimed: () => () => false, reservations: async () => [] }
  const choice = createNodeChoice({ nodes: () => [...nodes.values()], ...others, clock })
  const state: FakeState = { claims: new Map(), nodes, choice, index: createNodeIndex(), clock }
  const { claims, index } = state
  const listeners: Listener[] = []

  function change(name: string, apply: (claim: FakeClaim) => void): void {
    const claim = claims.get(name)
    if (!claim) throw new Error(`the fake provisioner has no claim ${name}`)
    apply(claim)
    for (const listener of listeners) listener(claim.workspace)
  }

  function tellUsers(nodeName: string): void {
    for (const workspace of index.workspacesOn(nodeName)) for (const listener of listeners) listener(workspace)
  }

  return {
    name: 'fake',
    async supply(request) {
      index.see(request)
      return nodeSupply(views(state, request), request, { now: clock.now(), groupDeadlineMs: GROUP_DEADLINE_MS })
    },
    request: (request, call) => ask(state, request, call),
    release: async (workspace) => release(state, workspace),
    giveBack: async (workspace) => release(state, workspace),
    onChange: (listener) => void listeners.push(listener),
    claims: () => [...claims.keys()].sort(),
    serve: (name) => change(name, (claim) => Object.assign(claim, { isReady: true })),
    hold: (name, lack) => change(name, (claim) => Object.assign(claim, { isReady: false, lack })),
    vanish: (name) => change(name, () => claims.delete(name)),
    offer(name) {
      nodes.set(name, anExistingNode(name))
      tellUsers(name)
    },
    withdraw(name) {
      nodes.delete(name)
      tellUsers(name)
    },
  }
}

async function ask(state: FakeState, request: NodeRequest, call: Call): Promise<SlotRecord[]> {
  const { claims, choice, clock } = state
  const { workspace } = request
  const seen = views(state, request)
  const open = seen.filter(({ isMissing, mayTakeExisting }) => isMissing && mayTakeExisting)
  const chosen = await choice.choose(
    request,
    open.map(({ next }) => next),
    call,
  )
  return seen.map(({ isMissing, next }) => {
    const { ordinal, attempt, claimName: name = '' } = next
    const nodeName = chosen.get(ordinal)
    if (nodeName !== undefined) return { ordinal, attempt, nodeName }
    const lack = { reason: 'PoolCreating' as const, message: 'on its way' }
    if (isMissing && !claims.has(name)) {
      claims.set(name, { workspace, createdAtMs: clock.now(), isReady: false, lack })
    }
    return next
  })
}

function release({ claims, choice, index }: FakeState, workspace: WorkspaceRef): Released {
  choice.forget(workspace)
  index.forget(workspace)
  const isLeft = [...claims.values()].some(({ workspace: { uid } }) => uid === workspace.uid)
  return isLeft ? { released: false, reason: 'Deleting', message: 'on their way out' } : { released: true }
}

function views(state: FakeState, request: NodeRequest): SlotView[] {
  return Array.from({ length: request.count }, (_, ordinal) => view(state, request, ordinal))
}

function view({ claims, nodes, clock }: FakeState, request: NodeRequest, ordinal: number): SlotView {
  const recorded = request.slots.find((slot) => slot.ordinal === ordinal)
  if (recorded && recorded.claimName === undefined) {
    return existingSlot({ record: recorded, node: nodes.get(recorded.nodeName ?? '') }, request, clock.now())
  }
  const name = claimName({ workspaceUid: request.workspace.uid, ordinal, attempt: 0 })
  const record = recorded ?? { ordinal, attempt: 0, claimName: name }
  const claim = claims.get(record.claimName ?? '')
  if (claim) return claimView(record, claim, request)
  const vanished = { record, reason: 'ClaimGone' as const, what: `claim ${record.claimName}` }
  return recorded ? vanishedSlot(vanished, request, clock.now()) : neverAskedSlot(record, request)
}

function claimView(record: SlotRecord, claim: FakeClaim, request: NodeRequest): SlotView {
  const next = standingRecord(record)
  const { isReady, lack, createdAtMs } = claim
  const shared = { isMissing: false, mayTakeExisting: false, next, claimCreatedAtMs: createdAtMs }
  const node = { nodeName: `node-${record.claimName}`, instanceType: request.instanceTypes[0] }
  return isReady
    ? { ...shared, state: { ...next, ...node, phase: 'Ready', reason: undefined, message: undefined } }
    : {
        ...shared,
        state: { ...next, phase: 'Creating', nodeName: undefined, instanceType: onlySize(request), ...lack },
      }
}
