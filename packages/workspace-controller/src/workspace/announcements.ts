import { WORKSPACE_CONDITIONS, type Workspace } from '@kaito/api'
import { catalogueAdvice } from '@kaito/presets'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Report } from './report.ts'

export interface Announcement {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

/** Reasons that need nobody to act. */
const NORMAL = new Set(['PoolCreating', 'NodesReady', 'WorkloadStarting', 'WorkloadReady', 'Deleting'])
const { resourceReady, inferenceReady, jobStarted } = WORKSPACE_CONDITIONS
/** The others repeat what these say. */
const TOLD = new Set<string>([resourceReady, inferenceReady, jobStarted])

/** Events for what the report says anew; each state is told once, when it begins. */
export function announcements(workspace: Workspace, { conditions, slots }: Report): Announcement[] {
  const before = workspace.status?.conditions ?? []
  const changed = (conditions ?? []).filter(
    (after) => TOLD.has(after.type) && after.reason !== WORKSPACE_REASONS.nodesNotReady && isNews(before, after),
  )
  const told = changed.map(({ reason, message }) => {
    return { type: NORMAL.has(reason) ? ('Normal' as const) : ('Warning' as const), reason, message }
  })
  const isFirstPurchase = (slots ?? []).length > 0 && (workspace.status?.slots ?? []).length === 0
  const distinct = told.filter(({ reason }, index) => told.findIndex((other) => other.reason === reason) === index)
  return [...(isFirstPurchase ? advice(workspace) : []), ...distinct]
}

interface State {
  type: string
  status: string
  reason: string
}

function isNews(before: State[], { type, status, reason }: State): boolean {
  return !before.some(
    (condition) => condition.type === type && condition.status === status && condition.reason === reason,
  )
}

/** What the catalogue would do otherwise; the nodes are bought as ordered. */
function advice(workspace: Workspace): Announcement[] {
  return catalogueAdvice(workspace).map(({ path, message }) => {
    return { type: 'Warning', reason: 'Advice', message: `${path}: ${message}` }
  })
}
