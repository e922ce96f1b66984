import type { Cache, Change } from './cache.ts'
import type { Clock } from './clock.ts'
import { ApiUnreachable, isConflict } from './errors.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { untilAborted } from './until-aborted.ts'
import { type Backoff, createWorkQueue, type WorkQueue } from './work-queue.ts'

export interface ReconcileContext {
  /** Aborts when the process must end now, or when the pass took too long. */
  signal: AbortSignal
  /** Carries controller, key and pass. */
  log: Logger
}

/** Brings the world one step nearer to what the object under `key` asks for. Never runs twice at a time for one key. */
export type Reconcile = (
  key: string,
  context: ReconcileContext,
) => Promise<{ revisitAfterMs?: number | undefined } | undefined> | Promise<void>

/** A source of keys that must be complete before the first pass. */
export interface Watch {
  untilSynced(signal: AbortSignal): Promise<void>
  subscribe(enqueue: (key: string) => void): void
}

/** Watches a cache; `keysOf` names the keys that a change concerns. */
export function watching<T extends KubernetesObject>(cache: Cache<T>, keysOf: (change: Change<T>) => string[]): Watch {
  return {
    untilSynced: (signal) => cache.untilSynced(signal),
    subscribe: (enqueue) => cache.onChange((change) => keysOf(change).forEach(enqueue)),
  }
}

export interface Controller {
  readonly name: string
  /** Asks for a pass from outside the watched caches, now or after a delay in milliseconds. */
  enqueue(key: string, afterMs?: number): void
  /**
   * Runs passes once all watched caches are complete. After the signal aborts no new pass starts; resolves when the
   * last one has ended.
   */
  run(signal: AbortSignal): Promise<void>
}

export interface ControllerOptions {
  name: string
  reconcile: Reconcile
  watches: Watch[]
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  log: Logger
  metrics: Metrics
  /** Passes at a time, each for another key. */
  concurrency?: number
  /** After failed passes; per key. */
  backoff?: Backoff
  /** A pass that takes longer has its signal aborted. */
  passTimeoutMs?: number
  /** How long passes may go on after the stop before their signal aborts. */
  drainMs?: number
}

const DEFAULTS = { concurrency: 16, backoff: { baseMs: 100, capMs: 60_000 }, passTimeoutMs: 120_000, drainMs: 10_000 }

type Settings = ControllerOptions & typeof DEFAULTS

export function createController(options: ControllerOptions): Controller {
  const settings: Settings = { ...DEFAULTS, ...options }
  const { name, clock, random, concurrency, backoff, watches, drainMs } = settings
  const passes = new Set<AbortController>()
  const runPass = createPassRunner(settings, passes)
  const settle = createSettler(settings)
  const queue = createWorkQueue({
    clock,
    random,
    concurrency,
    backoff,
    handle: async (key) => settle(key, await runPass(key), queue),
  })
  for (const watch of watches) watch.subscribe(queue.add)

  return {
    name,
    enqueue: (key, afterMs = 0) => (afterMs > 0 ? queue.addAfter(key, afterMs) : queue.add(key)),
    async run(signal) {
      await Promise.all(watches.map((watch) => watch.untilSynced(signal)))
      if (signal.aborted) return
      queue.start()
      await untilAborted(signal)
      const cancel = clock.after(drainMs, () => {
        for (const pass of passes) pass.abort(new Error('the process is stopping'))
      })
      await queue.stop()
      cancel()
    },
  }
}

type Outcome = { log: Logger } & (
  | { outcome: 'done'; revisitAfterMs: number | undefined }
  | { outcome: 'conflict' }
  | { outcome: 'failed'; error: unknown }
)

function createPassRunner(settings: Settings, passes: Set<AbortController>) {
  const { name, clock, metrics, passTimeoutMs, reconcile } = settings
  let count = 0

  async function outcomeOf(key: string, context: ReconcileContext): Promise<Outcome> {
    const { log } = context
    try {
      const result = await reconcile(key, context)
      return { log, outcome: 'done', revisitAfterMs: result?.revisitAfterMs }
    } catch (error) {
      return isConflict(error) ? { log, outcome: 'conflict' } : { log, outcome: 'failed', error }
    }
  }

  return async function runPass(key: string): Promise<Outcome> {
    count += 1
    const log = settings.log.child({ controller: name, key, pass: count })
    const pass = new AbortController()
    const cancelTimeout = clock.after(passTimeoutMs, () => pass.abort(new Error('the pass took too long')))
    const startedAt = clock.monotonic()
    passes.add(pass)
    const result = await outcomeOf(key, { signal: pass.signal, log })
    passes.delete(pass)
    cancelTimeout()
    metrics.passes.inc({ controller: name, outcome: result.outcome })
    metrics.passSeconds.observe({ controller: name }, (clock.monotonic() - startedAt) / 1000)
    return result
  }
}

function createSettler({ name, metrics }: Settings) {
  let unreachable = false

  return function settle(key: string, result: Outcome, queue: WorkQueue): void {
    metrics.queueDepth.set({ controller: name }, queue.depth())
    if (result.outcome === 'done') {
      unreachable = false
      queue.forget(key)
      if (result.revisitAfterMs !== undefined) queue.addAfter(key, result.revisitAfterMs)
    } else if (result.outcome === 'conflict') {
      queue.retry(key)
      result.log.debug({}, 'a newer object is stored, deciding anew')
    } else {
      const { error, log } = result
      const retryInMs = queue.retry(key, retryAfterOf(error))
      // While the API is away every key fails in the same way: one line says it.
      const repeated = unreachable && error instanceof ApiUnreachable
      unreachable = error instanceof ApiUnreachable
      if (repeated) log.debug({ err: error, retryInMs }, 'pass failed')
      else log.error({ err: error, retryInMs }, 'pass failed')
    }
  }
}

function retryAfterOf(error: unknown): number {
  const asked = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined
  return typeof asked === 'number' ? asked : 0
}
