import type { Workspace } from '@kaito/api'
import type { NodeOrder, TuningWork } from '../../workspace/order.ts'

/** What a tuning is rendered from. */
export interface TuningOrder {
  workspace: Workspace
  nodes: NodeOrder
  work: TuningWork
}
