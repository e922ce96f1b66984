import type { Machine } from '@kaito/api'
import { type Cache, type Clock, type KubeClient, NODES, type Node } from '@kaito/controller-kit'
import { existingSlot } from '../existing-nodes/existing-slot.ts'
import type { Call, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { claimName } from '../slots/claim-name.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { nextAttempt } from '../slots/vanished-slot.ts'
import { claimSlot } from './claim-slot.ts'
import { MACHINES } from './machine-object.ts'

interface Sources {
  client: KubeClient
  machines: Cache<Machine>
  nodes: Cache<Node>
  clock: Clock
}

/** The wanted nodes as they look now, by ordinal. */
export function slotViews(sources: Sources, request: NodeRequest, call: Call): Promise<SlotView[]> {
  const ordinals = Array.from({ length: request.count }, (_, ordinal) => ordinal)
  return Promise.all(
    ordinals.map((ordinal) => {
      const recorded = request.slots.find((slot) => slot.ordinal === ordinal)
      if (!recorded) return firstView(sources, request, ordinal)
      return recorded.claimName === undefined
        ? existingView(sources, { record: recorded, request }, call)
        : claimView(sources, { record: recorded, request }, call)
    }),
  )
}

function firstView(sources: Sources, request: NodeRequest, ordinal: number): SlotView {
  const name = claimName({ workspaceUid: request.workspace.uid, ordinal, attempt: 0 })
  return viewOfCached(sources, { record: { ordinal, attempt: 0, claimName: name }, request })
}

interface Recorded {
  record: SlotRecord
  request: NodeRequest
}

async function claimView(sources: Sources, { record, request }: Recorded, call: Call): Promise<SlotView> {
  const { client, machines, nodes, clock } = sources
  const name = record.claimName ?? ''
  // Only a recorded claim can have vanished, and only the server itself can say so.
  const claim = machines.get(name) ?? (await client.get(MACHINES, { name }, call))
  if (!claim) {
    const successor = successorView(sources, { record, request })
    if (successor) return successor
  }
  const node = nodes.get(claim?.status?.nodeName ?? '')
  return claimSlot({ record, isRecorded: true, claim, node }, request, clock.now())
}

async function existingView(sources: Sources, { record, request }: Recorded, call: Call): Promise<SlotView> {
  const { client, nodes, clock } = sources
  const { nodeName: name } = record
  const node = name === undefined ? undefined : (nodes.get(name) ?? (await storedNode(client, name, call)))
  const successor = node ? undefined : successorView(sources, { record, request })
  return successor ?? existingSlot({ record, node }, request, clock.now())
}

/** Only the server itself can say that a node is gone. Asked as a list, it takes no right that the cache has not. */
async function storedNode(client: KubeClient, name: string, { signal }: Call): Promise<Node | undefined> {
  const [node] = await client.list(NODES, { fieldSelector: `metadata.name=${name}`, signal })
  return node
}

/** The next claim may be there and not on record: a crash came between. */
function successorView(sources: Sources, { record, request }: Recorded): SlotView | undefined {
  const next = nextAttempt(record, request)
  return sources.machines.get(next.claimName) && viewOfCached(sources, { record: next, request })
}

function viewOfCached({ machines, nodes, clock }: Sources, { record, request }: Recorded): SlotView {
  const claim = machines.get(record.claimName ?? '')
  const node = nodes.get(claim?.status?.nodeName ?? '')
  return claimSlot({ record, isRecorded: false, claim, node }, request, clock.now())
}
