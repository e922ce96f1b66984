import type { Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Order } from '../workspace/order.ts'
import { type OrderSettings, orderOf } from '../workspace/order-of.ts'

/** Settings of an installation as the charts' defaults have them. */
export const SETTINGS = {
  presetRegistry: 'mcr.microsoft.com/aks/kaito',
  maxNodesPerWorkspace: 16,
  tuningToolsImage: 'registry.example/tuning-tools:1',
  tuningBaseImage: 'registry.example/base:1',
  tuningStartPatienceMs: 7_200_000,
  tuningAllowedAddresses: '',
  adapterImageVolumes: false,
  namespace: 'kaito-workspace',
  tolerations: [],
}

/** What a Workspace asks for that can be served. */
export function anOrder(workspace: Workspace = aWorkspace(), settings: OrderSettings = SETTINGS): Order {
  const { order, refusal } = orderOf(workspace, settings)
  if (!order) throw new Error(refusal.message)
  return order
}
