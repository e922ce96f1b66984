import { INSTANCE_CREATED_CONDITION, NODE_CLAIM_CONDITIONS, NODE_HEALTHY_CONDITION, type NodeClaim } from '@kaito/api'
import { mergeConditions } from '@kaito/controller-kit'
import type { ClaimReport, StepReport } from './claim-adapter.ts'
import { conditionMessage } from './condition-message.ts'

const { ready: READY } = NODE_CLAIM_CONDITIONS
const DEPENDENTS = ['launched', 'registered', 'initialized'] as const
const OTHERS = ['drained', 'volumesDetached', 'instanceTerminating'] as const
const AWAITING = { reason: 'AwaitingReconciliation', message: 'object is awaiting reconciliation' }
/** The report's word for a step that waits for the launch: Karpenter does not look at such a step at all. */
const NOT_LAUNCHED = 'NotLaunched'

type Conditions = NonNullable<NonNullable<NodeClaim['status']>['conditions']>
type Condition = Conditions[number]
type Wanted = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/**
 * The whole status of a NodeClaim after a report, by the rules of operatorpkg's conditions: what waits is Unknown, times
 * move with the status alone, and Ready sums up the three steps.
 */
export function nodeClaimStatus({ metadata, status }: NodeClaim, report: ClaimReport, nowIso: string): object {
  const { generation = 0, creationTimestamp = nowIso, deletionTimestamp } = metadata
  const stored = (status?.conditions ?? []).filter(
    ({ type }) => type !== INSTANCE_CREATED_CONDITION || !launchIsOver(report),
  )
  const before = [...stored, ...notYetThere(stored, creationTimestamp, generation)]
  const rules = { nowIso, transitionOn: 'status', observedGeneration: generation } as const
  const merged: Condition[] = dated(mergeConditions(before, wantedConditions(report), rules), nowIso)
  // A deletion raises the generation: what was true before it still is.
  const current =
    deletionTimestamp === undefined
      ? merged
      : merged.map((condition) => ({ ...condition, observedGeneration: generation }))
  const conditions = dated(mergeConditions(current, [readiness(current, generation)], rules), nowIso)
  return { ...status, ...nodeFields(report.node), conditions: inOrder(conditions) }
}

function launchIsOver({ instance, launched }: ClaimReport): boolean {
  return instance === 'none' || launched?.met === true
}

function notYetThere(stored: Conditions, lastTransitionTime: string, observedGeneration: number): Conditions {
  const missing = [...DEPENDENTS.map((step) => NODE_CLAIM_CONDITIONS[step]), READY].filter(
    (type) => !stored.some((condition) => condition.type === type),
  )
  return missing.map((type) => ({ type, status: 'Unknown', ...AWAITING, lastTransitionTime, observedGeneration }))
}

function wantedConditions(report: ClaimReport): Wanted[] {
  const steps = [...DEPENDENTS, ...OTHERS].flatMap((name) => wanted(NODE_CLAIM_CONDITIONS[name], report[name]))
  return [
    ...steps,
    ...wanted(NODE_CLAIM_CONDITIONS.consistentStateFound, report.consistent),
    ...wanted(NODE_HEALTHY_CONDITION, report.nodeHealthy),
    ...instanceCondition(report),
  ]
}

function wanted(type: string, step: StepReport | undefined): Wanted[] {
  if (!step) return []
  if (step.met) return [{ type, status: 'True', reason: type, message: step.message ?? '' }]
  if (step.reason === NOT_LAUNCHED) return [{ type, status: 'Unknown', ...AWAITING }]
  const { reason, message, final } = step
  return [{ type, status: final === true ? 'False' : 'Unknown', reason, message: conditionMessage(message) }]
}

function instanceCondition({ instance, launched }: ClaimReport): Wanted[] {
  if (instance === undefined || instance === 'none' || launched?.met === true) return []
  const type = INSTANCE_CREATED_CONDITION
  return instance === 'created'
    ? [{ type, status: 'True', reason: 'InstanceCreated', message: '' }]
    : [{ type, status: 'False', reason: 'Creating', message: 'the cloud is making the instance' }]
}

function readiness(conditions: Conditions, generation: number): Wanted {
  const dependents = DEPENDENTS.flatMap((step) => {
    const type = NODE_CLAIM_CONDITIONS[step]
    return conditions.find((condition) => condition.type === type) ?? []
  })
  const open = dependents.filter(
    ({ status, observedGeneration }) => status !== 'True' || observedGeneration !== generation,
  )
  if (open.length === 0) return { type: READY, status: 'True', reason: READY, message: '' }
  const isUnhealthy = open.some(
    ({ status, observedGeneration }) => status === 'False' && observedGeneration === generation,
  )
  const latestFirst = open.toSorted((a, b) => compare(b.lastTransitionTime, a.lastTransitionTime))
  const message = latestFirst.map(({ type, status }) => `${type}=${status}`).join(', ')
  return isUnhealthy
    ? { type: READY, status: 'False', reason: 'UnhealthyDependents', message }
    : { type: READY, status: 'Unknown', reason: 'ReconcilingDependents', message }
}

/** By the time of their last change, and Ready at the end. */
function inOrder(conditions: Conditions): Conditions {
  const place = new Map<string, number>(DEPENDENTS.map((step, index) => [NODE_CLAIM_CONDITIONS[step], index]))
  const placeOf = ({ type }: Condition) => place.get(type) ?? DEPENDENTS.length
  return conditions.toSorted(
    (a, b) =>
      Number(a.type === READY) - Number(b.type === READY) ||
      compare(a.lastTransitionTime, b.lastTransitionTime) ||
      placeOf(a) - placeOf(b) ||
      compare(a.type, b.type),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

type Undated = Omit<Condition, 'lastTransitionTime'> & { lastTransitionTime?: string | undefined }

function dated(conditions: readonly Undated[], nowIso: string): Conditions {
  return conditions.map((condition) => ({
    ...condition,
    lastTransitionTime: condition.lastTransitionTime ?? nowIso,
  }))
}

function nodeFields(node: ClaimReport['node']): object {
  if (!node) return {}
  if (node === 'none') {
    const forgotten = { nodeName: undefined, providerID: undefined, imageID: undefined }
    return { ...forgotten, capacity: undefined, allocatable: undefined }
  }
  const { name, providerID, imageID, capacity, allocatable } = node
  return { nodeName: name, providerID, capacity, allocatable, ...(imageID !== undefined && { imageID }) }
}
