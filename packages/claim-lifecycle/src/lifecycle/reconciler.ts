import { CloudError } from '@kaito/cloud-provider'
import {
  type KubernetesObject,
  performInOrder,
  type Reconcile,
  type ReconcileContext,
  writeStatus,
} from '@kaito/controller-kit'
import { createCloudPauses } from '../instances/cloud-pauses.ts'
import { launchRefusal } from '../launch/refusal.ts'
import type { Dependencies } from './dependencies.ts'
import { effectsOf } from './effects.ts'
import { absenceOf, observe } from './observe.ts'
import type { Pass } from './pass.ts'
import { plan } from './plan.ts'
import { type PassReport, report } from './report.ts'
import { settlingMs } from './settling.ts'

/** Takes every claim of one kind through its life, from the first finalizer to the last. */
export function createLifecycleReconciler<T extends KubernetesObject>(dependencies: Dependencies<T>): Reconcile {
  const pauses = createCloudPauses(dependencies.clock)

  return async function reconcile(key, { signal, log }) {
    const object = dependencies.claims.get(key)
    if (!object) {
      pauses.clear(key)
      return undefined
    }
    const seen = await observe(dependencies, object, { signal, cloudPauseMs: pauses.left(key) })
    const pass: Pass<T> = { dependencies, seen, current: object, outcome: {}, call: { signal } }
    await perform(pass, log)
    const { outcome } = pass
    if (outcome.refusal) outcome.refusal.retryAfterMs = pauses.refused(key, outcome.refusal.retryAfterMs)
    else if (seen.cloudPauseMs === 0) pauses.clear(key)
    if (outcome.probed && !outcome.refusal) return { revisitAfterMs: absenceOf(dependencies, seen.claim).pausedMs }
    return { revisitAfterMs: await tell(pass, report(seen, outcome)) }
  }
}

async function perform<T extends KubernetesObject>(pass: Pass<T>, log: ReconcileContext['log']): Promise<void> {
  try {
    await performInOrder(plan(pass.seen), effectsOf(pass), log)
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    log.warn({ reason: error.reason, err: error }, 'the cloud refused')
    // What comes here draws on the same limit as the lists; launches have a limit of their own.
    if (error.reason === 'Throttled') pass.dependencies.instances.noteThrottled()
    pass.outcome.refusal = launchRefusal(error, pass.seen.now, 0)
  }
}

/** Writes what is new and answers when to look again. */
async function tell<T extends KubernetesObject>(pass: Pass<T>, told: PassReport): Promise<number | undefined> {
  const { adapter, client, claims } = pass.dependencies
  const { claim, now } = pass.seen
  if (Object.keys(told.claim).length === 0) return told.revisitAfterMs
  const settleMs = settlingMs(claim, told.claim, now)
  if (settleMs > 0) return Math.min(settleMs, told.revisitAfterMs ?? settleMs)
  const status = adapter.status(pass.current, told.claim, `${new Date(now).toISOString().slice(0, 19)}Z`)
  claims.observe(await writeStatus({ client, resource: adapter.resource, current: pass.current, status, ...pass.call }))
  return told.revisitAfterMs
}
