import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'

/** The process around the program; tests bring their own. */
export interface ProcessPort {
  on(event: string, listener: (detail: unknown) => void): unknown
  exit(code: number): void
}

interface ProcessOptions {
  /** Ends when the signal aborts. */
  start: (signal: AbortSignal) => Promise<void>
  log: Logger
  clock: Clock
  /** A stop that takes longer is cut off; below the 30 seconds that Kubernetes grants. */
  graceMs?: number
  port?: ProcessPort
}

/**
 * Runs the program to its end: exit code 0 after SIGTERM or SIGINT and an orderly stop, 1 after an error that nobody
 * caught, a stop that took too long or a second signal.
 */
export async function runProcess({
  start,
  log,
  clock,
  graceMs = 25_000,
  port = process,
}: ProcessOptions): Promise<void> {
  const stop = new AbortController()

  function onSignal(name: unknown): void {
    if (stop.signal.aborted) {
      port.exit(1)
      return
    }
    log.info({ signal: name }, 'stopping')
    stop.abort(new Error('the process is stopping'))
    clock.after(graceMs, () => {
      log.error({}, 'the stop took too long')
      port.exit(1)
    })
  }

  function onUncaught(error: unknown): void {
    log.fatal({ err: error }, 'nobody caught this')
    port.exit(1)
  }

  port.on('SIGTERM', onSignal)
  port.on('SIGINT', onSignal)
  port.on('unhandledRejection', onUncaught)
  port.on('uncaughtException', onUncaught)
  try {
    await start(stop.signal)
    log.info({}, 'stopped')
    port.exit(0)
  } catch (error) {
    onUncaught(error)
  }
}
