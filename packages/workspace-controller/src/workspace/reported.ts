import type { WorkspaceSlot, WorkspaceStatus } from '@kaito/api'
import type { ConditionState } from './conditions.ts'

export type State = NonNullable<WorkspaceStatus['state']>

/** What the status shall say. What is absent here stays as it is. */
export interface Report {
  /** Undefined leaves the whole status as it is. */
  conditions: ConditionState[] | undefined
  /** Types of conditions to remove: they do not apply to this Workspace. */
  outdated?: string[]
  state?: State
  targetNodeCount?: number
  workerNodes?: string[]
  slots?: WorkspaceSlot[]
  revisitAfterMs?: number
}
