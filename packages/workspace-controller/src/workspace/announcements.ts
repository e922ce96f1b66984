import { WORKSPACE_CONDITIONS, type Workspace } from '@kaito/api'
import { catalogueAdvice, findInstanceType, sizesAsked } from '@kaito/presets'
import { TUNING_FAILURES, TUNING_REASONS } from '../workload/tuning/reasons.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Report } from './reported.ts'

export interface Announcement {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

/** Reasons that need nobody to act. */
const NORMAL = new Set<string>([
  'PoolCreating',
  'NodesReady',
  'WorkloadStarting',
  'WorkloadReady',
  'Deleting',
  ...Object.values(TUNING_REASONS).filter((reason) => !TUNING_FAILURES.has(reason)),
])
const { resourceReady, inferenceReady, jobStarted } = WORKSPACE_CONDITIONS
/** The others repeat what these say. */
const TOLD = new Set<string>([resourceReady, inferenceReady, jobStarted])

/** Events for what the report says anew; each state is told once, when it begins. */
export function announcements(workspace: Workspace, { conditions, slots, state }: Report): Announcement[] {
  const before = workspace.status?.conditions ?? []
  const changed = (conditions ?? []).filter(
    (after) => TOLD.has(after.type) && after.reason !== WORKSPACE_REASONS.nodesNotReady && isNews(before, after),
  )
  const told = changed.map(({ reason, message }) => {
    return { type: NORMAL.has(reason) ? ('Normal' as const) : ('Warning' as const), reason, message }
  })
  const isFirstPurchase = (slots ?? []).length > 0 && (workspace.status?.slots ?? []).length === 0
  const distinct = told.filter(({ reason }, index) => told.findIndex((other) => other.reason === reason) === index)
  return [...(isFirstPurchase ? advice(workspace) : []), ...distinct, ...keptNodes(workspace, state)]
}

/** What nobody asked to have given back goes on to cost money. */
function keptNodes({ metadata, resource, tuning, status }: Workspace, state: Report['state']): Announcement[] {
  const hasJustEnded = (state === 'Succeeded' || state === 'Failed') && status?.state !== state
  const slots = status?.slots ?? []
  if (!tuning || !hasJustEnded || tuning.ttlSecondsAfterFinished !== undefined || slots.length === 0) return []
  const size = findInstanceType(slots[0]?.instanceType ?? sizesAsked(resource)[0]?.name ?? '')
  const gpus = size ? ` with ${size.gpus} GPU${size.gpus === 1 ? '' : 's'} (${size.name})` : ''
  const command = `kubectl patch workspace ${metadata.name} -n ${metadata.namespace} --type merge -p '{"tuning":{"ttlSecondsAfterFinished":0}}'`
  const message = `the tuning has ended, and its node${gpus} goes on to cost money; "${command}" gives it back`
  return [{ type: 'Warning', reason: 'NodesKept', message }]
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
