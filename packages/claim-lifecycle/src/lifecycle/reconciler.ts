import { timestamp } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import {
  ApiError,
  type KubernetesObject,
  keyOf,
  performInOrder,
  type Reconcile,
  type ReconcileContext,
  writeStatus,
} from '@kaito/controller-kit'
import { createToldOnce, type ToldOnce } from '../consistency/told-once.ts'
import { createCloudPauses } from '../instances/cloud-pauses.ts'
import { type LaunchRefusal, launchRefusal } from '../launch/refusal.ts'
import { stopwatchOf } from '../termination/end-clock.ts'
import type { Dependencies } from './dependencies.ts'
import { effectsOf } from './effects.ts'
import { createForeignClaims } from './foreign-claims.ts'
import { absenceOf, observe } from './observe.ts'
import type { PassReport } from './outcome.ts'
import { type Pass, tellOfClaim } from './pass.ts'
import { plan } from './plan.ts'
import { report } from './report.ts'
import { settlingMs } from './settling.ts'
import { createStopwatches } from './stopwatches.ts'

/** Karpenter looks at the shape of a node that often. */
const SHAPE_EVENT_PAUSE_MS = 600_000

/** Takes every claim of one kind through its life, from the first finalizer to the last. */
export function createLifecycleReconciler<T extends KubernetesObject>(dependencies: Dependencies<T>): Reconcile {
  const pauses = createCloudPauses(dependencies.clock)
  const stopwatches = createStopwatches(dependencies.clock)
  const shapes = createToldOnce(dependencies.clock, SHAPE_EVENT_PAUSE_MS)
  const foreign = createForeignClaims(dependencies)

  /** The claims of others are none of our business, whatever made them come by. */
  function served(key: string, log: ReconcileContext['log']): T | undefined {
    const object = dependencies.claims.get(key)
    if (!object) foreign.forget(key)
    if (object && dependencies.adapter.isOurs(object) && !foreign.tell(object, log)) return object
    pauses.clear(key)
    pauses.clear(endOf(key))
    stopwatches.forget(key)
    stopwatches.forget(stopwatchOf(key))
    shapes.forget(key)
    return undefined
  }

  return async function reconcile(key, { signal, log }) {
    const object = served(key, log)
    if (!object) return undefined
    const asking = pauseOf(key, object)
    const seen = await observe(dependencies, object, { signal, cloudPauseMs: pauses.left(asking), stopwatches })
    const pass: Pass<T> = { dependencies, seen, current: object, outcome: {}, call: { signal } }
    await perform(pass, log)
    const { outcome } = pass
    if (outcome.refusal) outcome.refusal.retryAfterMs = pauses.refused(asking, outcome.refusal.retryAfterMs)
    else if (seen.cloudPauseMs === 0) pauses.clear(asking)
    if (outcome.refusal && pauses.times(asking) === 1) tellOfConflict(pass, outcome.refusal)
    // It comes by again as one that is being deleted.
    if (outcome.ended) return undefined
    if (outcome.probed && !outcome.refusal) return { revisitAfterMs: absenceOf(dependencies, seen.claim).pausedMs }
    const told = report(seen, outcome)
    tellOfShape(pass, told.claim, shapes)
    return { revisitAfterMs: await tell(pass, told) }
  }
}

/** What a launch was asked to wait for holds up no deletion: a cloud may want an hour between two creates. */
function endOf(key: string): string {
  return `end of ${key}`
}

function pauseOf(key: string, { metadata }: KubernetesObject): string {
  return metadata.deletionTimestamp === undefined ? key : endOf(key)
}

async function perform<T extends KubernetesObject>(pass: Pass<T>, log: ReconcileContext['log']): Promise<void> {
  try {
    await performInOrder(plan(pass.seen), effectsOf(pass), log)
  } catch (error) {
    if (isForbidden(error) && pass.seen.claim.deletedAt !== undefined) {
      log.warn({ err: error }, 'the API server refused a step of a deletion')
      pass.outcome.forbidden = error.message
      return
    }
    if (!(error instanceof CloudError)) throw error
    log.warn({ reason: error.reason, err: error }, 'the cloud refused')
    // What comes here draws on the same limit as the lists; launches have a limit of their own.
    if (error.reason === 'Throttled') pass.dependencies.instances.noteThrottled()
    pass.outcome.refusal = launchRefusal(error, pass.seen.now, 0)
  }
}

/** Where a Node serves the claim all the same, no condition says it. */
function tellOfConflict<T extends KubernetesObject>(pass: Pass<T>, { reason, message }: LaunchRefusal): void {
  if (reason === 'NameConflict' && pass.seen.namesake) tellOfClaim(pass, { type: 'Warning', reason, message })
}

function tellOfShape<T extends KubernetesObject>(
  pass: Pass<T>,
  { consistent }: PassReport['claim'],
  shapes: ToldOnce,
): void {
  if (!consistent) return
  const fault = consistent.met ? undefined : consistent.message
  if (!shapes.isNews(keyOf(pass.current), fault) || fault === undefined) return
  tellOfClaim(pass, { type: 'Warning', reason: 'FailedConsistencyCheck', message: fault })
}

/** Missing rights, or somebody's webhook: it lasts until somebody acts, so the claim says so. */
function isForbidden(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 403
}

/** Writes what is new and answers when to look again. */
async function tell<T extends KubernetesObject>(pass: Pass<T>, told: PassReport): Promise<number | undefined> {
  const { adapter, client, claims } = pass.dependencies
  const { claim, now } = pass.seen
  if (Object.keys(told.claim).length === 0) return told.revisitAfterMs
  const settleMs = settlingMs(claim, told.claim, now)
  if (settleMs > 0) return Math.min(settleMs, told.revisitAfterMs ?? settleMs)
  const status = adapter.status(pass.current, told.claim, timestamp(now))
  claims.observe(await writeStatus({ client, resource: adapter.resource, current: pass.current, status, ...pass.call }))
  return told.revisitAfterMs
}
