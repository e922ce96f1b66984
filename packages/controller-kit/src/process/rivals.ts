import type { Clock } from '../clock.ts'
import type { Deployment } from '../core-objects.ts'
import { DEPLOYMENTS } from '../core-resources.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import { keyOf } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import { pause } from '../pause.ts'
import type { EventRecorder } from './event-recorder.ts'

/** Controllers of another installation that would do the same work, known by their Deployments. */
export interface RivalKind {
  labelSelector: string
  /** Names what a Deployment of theirs is, such as `another controller`. */
  what: string
  /** What a person does about a Deployment of theirs. */
  remedy: (deployment: { name: string; namespace: string }) => string
  /** Tells it at the Deployment. */
  events: EventRecorder
}

interface RivalsOptions {
  client: KubeClient
  clock: Clock
  log: Logger
  rivals: RivalKind | undefined
}

interface Rivals {
  /** Why this process must not work yet; undefined when no other does its work. */
  fault(): string | undefined
  /** Resolves when no rival wants a replica any more, or the signal aborts. */
  untilGone(signal: AbortSignal): Promise<void>
}

const LOOK_AGAIN_MS = 10_000
const TRY_AGAIN_MS = 3_000

/** Two controllers for the same objects undo each other's work: whoever comes later waits, and says for what. */
export function createRivals({ rivals, ...options }: RivalsOptions): Rivals {
  if (!rivals) return { fault: () => undefined, untilGone: () => Promise.resolve() }
  const { clock } = options
  const search = createSearch({ ...options, rivals })
  let fault: string | undefined = `not looked for ${rivals.what} yet`
  return {
    fault: () => fault,
    async untilGone(signal) {
      while (!signal.aborted) {
        const found = await search(signal)
        if (signal.aborted) return
        fault = found === 'unknown' ? `whether there is ${rivals.what} cannot be read` : found.join('; ') || undefined
        if (fault === undefined) return
        await pause(clock, found === 'unknown' ? TRY_AGAIN_MS : LOOK_AGAIN_MS, signal)
      }
    },
  }
}

/** One look: what there is to say of each rival, after it was said once in log and event. */
function createSearch({ client, log, rivals }: Omit<RivalsOptions, 'rivals'> & { rivals: RivalKind }) {
  const { labelSelector, what, remedy, events } = rivals
  const said = new Set<string>()
  let saidTrouble = false

  function say(deployment: Deployment): string {
    const { name, namespace = '' } = deployment.metadata
    const key = keyOf(deployment)
    const fault = `Deployment ${key} runs: ${remedy({ name, namespace })}`
    if (said.has(key)) return fault
    said.add(key)
    log.warn({ deployment: key, remedy: remedy({ name, namespace }) }, `${what} runs here, waiting for its end`)
    const message = `Deployment ${key} is ${what}, ours waits for its end: ${remedy({ name, namespace })}`
    const object = { ...deployment, apiVersion: 'apps/v1', kind: DEPLOYMENTS.kind }
    events.record(object, { type: 'Warning', reason: 'AnotherController', message })
    return fault
  }

  /** Without the right to look there is no more to know; any other trouble passes. */
  function answerTo(error: ApiError | ApiUnreachable): [] | 'unknown' {
    if (!saidTrouble) log.warn({ err: error }, 'the Deployments of others cannot be listed')
    saidTrouble = true
    return error instanceof ApiError && error.status === 403 ? [] : 'unknown'
  }

  return async function search(signal: AbortSignal): Promise<string[] | 'unknown'> {
    try {
      const found = await client.list(DEPLOYMENTS, { labelSelector, signal })
      const wanted = found.filter(({ spec }) => (spec?.replicas ?? 1) > 0)
      if (wanted.length === 0 && said.size > 0) log.info({}, `${what} is gone, going on`)
      return wanted.map(say)
    } catch (error) {
      if (signal.aborted) return 'unknown'
      if (error instanceof ApiError || error instanceof ApiUnreachable) return answerTo(error)
      throw error
    }
  }
}
