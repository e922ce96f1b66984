import { timestamp, type Workspace, type WorkspaceStatus } from '@kaito/api'
import { mergeConditions } from '@kaito/controller-kit'
import type { Report } from './reported.ts'

/**
 * The whole status as the report wants it; what others wrote there stays. `now` in milliseconds since the epoch.
 * Undefined when nothing is to be told.
 */
export function nextStatus({ metadata, status }: Workspace, told: Report, now: number): WorkspaceStatus | undefined {
  const { conditions, outdated = [], revisitAfterMs: _revisitAfterMs, ...fields } = told
  if (!conditions) return undefined
  const nowIso = timestamp(now)
  const { generation: observedGeneration = 0 } = metadata
  const kept = (status?.conditions ?? []).filter(({ type }) => !outdated.includes(type))
  const desired = conditions.map((condition) => ({ ...condition, lastTransitionTime: nowIso }))
  const rules = { nowIso, transitionOn: 'status' as const, observedGeneration }
  return { ...status, ...fields, observedGeneration, conditions: mergeConditions(kept, desired, rules) }
}
