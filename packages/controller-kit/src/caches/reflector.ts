import { ApiError, isGone } from '../errors.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import { pause } from '../pause.ts'
import { backoffMs } from '../work-queue.ts'
import { createFollower, type FollowerOptions } from './follower.ts'

const BACKOFF = { baseMs: 250, capMs: 15_000 }
/** A position that fails this often in a row may be one that no server has any more. */
const TRIES_PER_POSITION = 5

/**
 * Fills the store and follows every change until the signal aborts, whatever the server or the network does: each
 * failure is followed by another try, from where the last event left off.
 */
export async function reflect<T extends KubernetesObject>(
  options: Omit<FollowerOptions<T>, 'onEvent'>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, health, metrics, resource, log } = options
  const outage = createOutageLog(log)
  const follower = createFollower({ ...options, onEvent: outage.end })
  while (!signal.aborted) {
    try {
      await follower.follow(signal)
      health.lost()
    } catch (error) {
      if (signal.aborted) return
      const failures = health.failed()
      if (isGone(error) || failures % TRIES_PER_POSITION === 0) follower.forgetPosition()
      const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
      const delayMs = Math.max(asked, backoffMs(BACKOFF, failures, random))
      metrics.watchRestarts.inc({ resource: resource.plural })
      outage.begin(error, delayMs)
      await pause(clock, delayMs, signal)
    }
  }
}

/** One line when the watch is lost, one when it is back; what fails in between is for debugging. */
function createOutageLog(log: Logger) {
  let said = false
  return {
    begin(error: unknown, retryInMs: number): void {
      if (said || isGone(error)) log.debug({ err: error, retryInMs }, 'watch failed')
      else log.warn({ err: error, retryInMs }, 'watch lost')
      said ||= !isGone(error)
    },
    end(): void {
      if (said) log.info({}, 'watch is back')
      said = false
    },
  }
}
