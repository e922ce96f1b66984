import type { KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, jsonEqual, numberAt, objectsAt, stringAt } from '../json.ts'
import { type Condition, withCondition } from '../objects/condition.ts'
import { selectorAt, selects } from '../selectors/label-selector.ts'
import { StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine, Target } from './api-engine.ts'
import { checkDeletePreconditions, type DeleteRequest, deleteObject } from './delete-object.ts'
import { storedAt } from './update-object.ts'

const DISRUPTED = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
  lastProbeTime: null,
}
const BUDGETS = { group: 'policy', plural: 'poddisruptionbudgets' }

/** Deletes a pod unless a disruption budget forbids it (429). */
export function evictPod(engine: ApiEngine, target: Target, request: DeleteRequest): void {
  const pod = storedAt(engine, target).object
  if (isOutsideBudgets(pod)) {
    deleteDisrupted(engine, target, request)
    return
  }
  const budgets = engine.store
    .collection(BUDGETS)
    .list(target.namespace)
    .filter(({ object }) => selects(selectorAt(object, 'spec', 'selector'), pod.metadata.labels))
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
    throw new StatusError({ code: 500, reason: 'InternalError', message })
  }
  const [budget] = budgets
  const counted = budget !== undefined && !isUnhealthyAndFree(pod, budget.object)
  if (counted) checkBudget(budget.object)
  deleteDisrupted(engine, target, request)
  if (counted && !request.dryRun) spend(engine, budget, target.name)
}

/** The pod says why it goes before it does. */
function deleteDisrupted(engine: ApiEngine, target: Target, request: DeleteRequest): void {
  const { object } = storedAt(engine, target)
  checkDeletePreconditions(target, request, object)
  if (request.dryRun) return void deleteObject(engine, target, request)
  const status = fieldsAt(object, 'status')
  const conditions = withCondition(conditionsOf(object), DISRUPTED, timestamp(engine.clock.now()))
  const isSame = jsonEqual(conditions, status.conditions)
  if (!isSame) engine.store.put(target.kind, { ...object, status: { ...status, conditions } })
  const { uid } = request.preconditions ?? {}
  deleteObject(engine, target, { ...request, preconditions: uid === undefined ? {} : { uid } })
}

function conditionsOf(pod: KubeObject): Condition[] {
  return objectsAt(pod, 'status', 'conditions') as unknown as Condition[]
}

function isOutsideBudgets(pod: KubeObject): boolean {
  const phase = stringAt(pod, 'status', 'phase')
  return pod.metadata.deletionTimestamp !== undefined || phase !== 'Running'
}

function statusNumber(object: KubeObject, field: string): number {
  return numberAt(object, 'status', field) ?? 0
}

/** A pod that is not ready does not count for the budget's healthy pods. */
function isUnhealthyAndFree(pod: KubeObject, budget: KubeObject): boolean {
  const ready = objectsAt(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True')
  if (ready) return false
  const desired = statusNumber(budget, 'desiredHealthy')
  const policy = stringAt(budget, 'spec', 'unhealthyPodEvictionPolicy')
  return policy === 'AlwaysAllow' || (desired > 0 && statusNumber(budget, 'currentHealthy') >= desired)
}

function checkBudget(budget: KubeObject): void {
  const { name, generation = 0 } = budget.metadata
  const late = statusNumber(budget, 'observedGeneration') < generation
  if (!late && statusNumber(budget, 'disruptionsAllowed') > 0) return
  const desired = statusNumber(budget, 'desiredHealthy')
  const current = statusNumber(budget, 'currentHealthy')
  const healthy =
    current <= desired
      ? `needs ${desired} healthy pods and has ${current} currently`
      : 'does not allow evicting pods currently'
  const message = late
    ? `The disruption budget ${name} is still being processed by the server.`
    : `The disruption budget ${name} ${healthy}`
  throw new StatusError({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: 'DisruptionBudget', message }], ...(late ? { retryAfterSeconds: 10 } : {}) },
  })
}

/** Counts the eviction at once, so that a second one does not slip through before the budget's status is renewed. */
function spend(engine: ApiEngine, { object }: StoredObject, podName: string): void {
  const status = fieldsAt(object, 'status')
  const disruptedPods = { ...fieldsAt(status, 'disruptedPods'), [podName]: timestamp(engine.clock.now()) }
  const disruptionsAllowed = statusNumber(object, 'disruptionsAllowed') - 1
  const spent = { ...status, disruptionsAllowed, disruptedPods }
  const exhausted = disruptionsAllowed === 0 ? { conditions: withoutDisruption(engine, object) } : {}
  engine.store.put(BUDGETS, { ...object, status: { ...spent, ...exhausted } })
}

/** The budget's conditions once its last disruption is spent. */
function withoutDisruption({ clock }: ApiEngine, budget: KubeObject): object[] {
  const type = 'DisruptionAllowed'
  const others = objectsAt(budget, 'status', 'conditions').filter((condition) => condition.type !== type)
  const { generation: observedGeneration } = budget.metadata
  const lastTransitionTime = timestamp(clock.now())
  const reason = 'InsufficientPods'
  return [...others, { type, status: 'False', observedGeneration, lastTransitionTime, reason, message: '' }]
}
