import { type Machine, WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL } from '@kaito/api'
import { type Cache, type Clock, isAlreadyExists, type KubeClient, type Node } from '@kaito/controller-kit'
import type { Call, NodeProvisioner, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { claimName } from './claim-name.ts'
import { MACHINES, machineObject } from './machine-object.ts'
import { nodeChangeMatters } from './node-change.ts'
import { nodeSupply } from './node-supply.ts'
import { releaseMachines } from './release.ts'
import { type SlotView, slotView } from './slot-view.ts'

export interface MachineNodeProvisionerOptions {
  client: KubeClient
  /** Best with `MACHINE_INDEXES`. */
  machines: Cache<Machine>
  nodes: Cache<Node>
  clock: Clock
}

/** Asks for nodes by `Machine` objects (`karpenter.sh/v1alpha5`), one per wanted node. */
export function createMachineNodeProvisioner(options: MachineNodeProvisionerOptions): NodeProvisioner {
  const { machines, nodes } = options
  return {
    name: 'machine',
    async supply(request, call) {
      return nodeSupply(await slotViews(options, request, call))
    },
    async request(request, call) {
      const views = await slotViews(options, request, call)
      const asked = await Promise.allSettled(views.map((view) => ask(options, { request, view }, call)))
      const failure = asked.find(({ status }) => status === 'rejected')
      if (failure?.status === 'rejected') throw failure.reason
      return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    },
    release: (workspace, call) => releaseMachines(options, workspace, call),
    onChange(listener) {
      const tell = ({ metadata }: Machine | Node) => {
        const name = metadata.labels?.[WORKSPACE_LABEL]
        const namespace = metadata.labels?.[WORKSPACE_NAMESPACE_LABEL]
        if (name !== undefined && namespace !== undefined) listener({ name, namespace })
      }
      machines.onChange(({ object }) => tell(object))
      nodes.onChange((change) => nodeChangeMatters(change) && tell(change.object))
    },
  }
}

function slotViews(options: MachineNodeProvisionerOptions, request: NodeRequest, call: Call): Promise<SlotView[]> {
  const { client, machines, nodes, clock } = options
  const ordinals = Array.from({ length: request.count }, (_, ordinal) => ordinal)
  return Promise.all(
    ordinals.map(async (ordinal) => {
      const recorded = request.slots.find((slot) => slot.ordinal === ordinal)
      const record = recorded ?? firstAttempt(request.workspace.uid, ordinal)
      // Only a recorded claim can have vanished, and only the server itself can say so.
      const cached = machines.get(record.claimName)
      const claim = cached ?? (recorded && (await client.get(MACHINES, { name: record.claimName }, call)))
      const node = nodes.get(claim?.status?.nodeName ?? '')
      return slotView({ record, isRecorded: recorded !== undefined, claim, node }, request, clock.now())
    }),
  )
}

function firstAttempt(workspaceUid: string, ordinal: number): SlotRecord {
  return { ordinal, attempt: 0, claimName: claimName({ workspaceUid, ordinal, attempt: 0 }) }
}

interface Wanted {
  request: NodeRequest
  view: SlotView
}

async function ask(options: MachineNodeProvisionerOptions, { request, view }: Wanted, call: Call): Promise<SlotRecord> {
  if (!view.isMissing) return view.next
  const { client, machines } = options
  const { next } = view
  try {
    machines.observe(await client.create(MACHINES, machineObject(request, next.claimName), call))
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    // Asked for before a crash, or taken by somebody else: whose it is shows in the supply.
    const existing = await client.get(MACHINES, { name: next.claimName }, call)
    if (existing) machines.observe(existing)
  }
  return next
}
