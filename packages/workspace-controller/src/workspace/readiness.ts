import { startedAt } from '../workload/started-at.ts'
import type { Observed } from './observed.ts'
import type { Readiness } from './order.ts'

/** Milliseconds until a model server that has not answered yet is late; undefined where none is expected to. */
export function lateMs(seen: Observed, { timeoutMinutes }: Readiness): number | undefined {
  const { workload, workspace, supply, now } = seen
  const { state } = workspace.status ?? {}
  const hasAnswered = state === 'Ready' || state === 'NotReady'
  if (!workload || hasAnswered || supply?.phase !== 'ready') return undefined
  const since = startedAt(workload)
  return Number.isNaN(since) ? undefined : Math.max(0, since + timeoutMinutes * 60_000 - now)
}

/** Whether it was to answer by now and never did. */
export function isLate(seen: Observed, readiness: Readiness): boolean {
  return lateMs(seen, readiness) === 0
}
