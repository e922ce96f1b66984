import type { Workspace, WorkspaceSlot } from '@kaito/api'
import type { NodeRequest, SlotRecord, WorkspaceRef } from '@kaito/node-provisioner'
import type { Order } from './order.ts'

export function workspaceRef({ metadata }: Workspace): WorkspaceRef {
  return { name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' }
}

export function nodeRequest(workspace: Workspace, { preset, instanceType, count, nodeLabels }: Order): NodeRequest {
  return {
    workspace: workspaceRef(workspace),
    count,
    instanceTypes: [instanceType.name],
    labels: nodeLabels,
    gpusPerNode: instanceType.gpus,
    diskGiB: preset.diskGiB,
    slots: (workspace.status?.slots ?? []).map(slotRecord),
  }
}

function slotRecord({ ordinal, attempt, claimName, retryAt }: WorkspaceSlot): SlotRecord {
  return { ordinal, attempt, claimName, ...(retryAt === undefined ? {} : { retryAt }) }
}
