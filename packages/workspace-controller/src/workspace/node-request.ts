import type { Workspace, WorkspaceSlot } from '@kaito/api'
import type { NodeRequest, SlotRecord, WorkspaceRef } from '@kaito/node-provisioner'
import type { Order } from './order.ts'

export function workspaceRef({ metadata }: Workspace): WorkspaceRef {
  return { name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' }
}

export function nodeRequest(workspace: Workspace, order: Order): NodeRequest {
  const { preset, instanceTypes, gpusPerNode, count, nodeLabels } = order
  return {
    workspace: workspaceRef(workspace),
    count,
    instanceTypes,
    labels: nodeLabels,
    gpusPerNode,
    diskGiB: preset.diskGiB,
    slots: (workspace.status?.slots ?? []).map(slotRecord),
  }
}

function slotRecord({ ordinal, attempt, claimName, retryAt }: WorkspaceSlot): SlotRecord {
  return { ordinal, attempt, claimName, ...(retryAt === undefined ? {} : { retryAt }) }
}
