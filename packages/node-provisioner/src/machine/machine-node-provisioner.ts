import { type Machine, WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL } from '@kaito/api'
import type { Cache, Change, Clock, KubeClient, Node } from '@kaito/controller-kit'
import { nodeChangeMatters } from '../existing-nodes/node-change.ts'
import { createNodeChoice, type NodeChoice } from '../existing-nodes/node-choice.ts'
import { createNodeIndex } from '../existing-nodes/node-index.ts'
import type { Call, NodeProvisioner, WorkspaceRef } from '../node-provisioner.ts'
import { nodeSupply } from '../slots/node-supply.ts'
import { askForNodes } from './ask-for-nodes.ts'
import { claimedNodes } from './claimed-nodes.ts'
import { releaseMachines } from './release.ts'
import { slotViews } from './slot-views.ts'

const GROUP_DEADLINE_MS = 30 * 60_000

export interface MachineNodeProvisionerOptions {
  client: KubeClient
  /** Best with `MACHINE_INDEXES`. */
  machines: Cache<Machine>
  /** Every Node that may serve or be told of. */
  nodes: Cache<Node>
  clock: Clock
  /**
   * Names of the existing nodes on record in all Workspaces but this one, also in those that are being deleted, read
   * from the server itself. Without it only new nodes are asked for.
   */
  reservations?: (workspace: WorkspaceRef, call: Call) => Promise<Iterable<string>>
  /** How long an all-or-nothing Workspace is waited for after its youngest claim; half an hour by default. */
  groupDeadlineMs?: number
}

/** Asks for nodes by `Machine` objects (`karpenter.sh/v1alpha5`), one per wanted node that no existing node serves. */
export function createMachineNodeProvisioner(options: MachineNodeProvisionerOptions): NodeProvisioner {
  const { machines, nodes, clock, groupDeadlineMs = GROUP_DEADLINE_MS } = options
  const choice = nodeChoice(options)
  const index = createNodeIndex()
  const giveUp: NodeProvisioner['release'] = (workspace, call) => {
    choice?.forget(workspace)
    index.forget(workspace)
    return releaseMachines(options, workspace, call)
  }
  return {
    name: 'machine',
    async supply(request, call) {
      index.see(request)
      const views = await slotViews(options, request, call)
      return nodeSupply(views, request, { now: clock.now(), groupDeadlineMs })
    },
    async request(request, call) {
      return askForNodes({ ...options, choice }, { request, views: await slotViews(options, request, call) }, call)
    },
    release: giveUp,
    giveBack: giveUp,
    onChange(listener) {
      machines.onChange(({ object }) => tellOwner(object, listener))
      nodes.onChange((change: Change<Node>) => {
        const users = index.workspacesOn(change.object.metadata.name)
        if (!nodeChangeMatters(change)) return
        tellOwner(change.object, listener)
        users.forEach(listener)
      })
    },
  }
}

function nodeChoice({ machines, nodes, reservations, clock }: MachineNodeProvisionerOptions): NodeChoice | undefined {
  if (!reservations) return undefined
  return createNodeChoice({ nodes: nodes.list, claimed: () => claimedNodes(machines.list()), reservations, clock })
}

type Listener = Parameters<NodeProvisioner['onChange']>[0]

function tellOwner({ metadata: { labels } }: Machine | Node, listener: Listener): void {
  const name = labels?.[WORKSPACE_LABEL]
  const namespace = labels?.[WORKSPACE_NAMESPACE_LABEL]
  if (name !== undefined && namespace !== undefined) listener({ name, namespace })
}
