import type { Workspace, WorkspaceSlot } from '@kaito/api'
import type { NodeRequest, SlotRecord, WorkspaceRef } from '@kaito/node-provisioner'
import type { NodeOrder } from './order.ts'

export function workspaceRef({ metadata }: Workspace): WorkspaceRef {
  return { name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' }
}

export function nodeRequest(workspace: Workspace, nodes: NodeOrder): NodeRequest {
  return {
    workspace: workspaceRef(workspace),
    ...nodes,
    slots: (workspace.status?.slots ?? []).map(slotRecord),
  }
}

function slotRecord({ phase: _phase, instanceType: _instanceType, ...record }: WorkspaceSlot): SlotRecord {
  return record
}
