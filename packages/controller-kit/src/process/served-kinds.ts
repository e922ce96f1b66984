import type { Clock } from '../clock.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import type { KubernetesObject, Resource } from '../kubernetes-object.ts'
import type { Logger } from '../logger.ts'
import { pause } from '../pause.ts'
import { untilAborted } from '../until-aborted.ts'
import {
  DEFINITIONS,
  type DefinitionFault,
  definitionFault,
  definitionName,
  type NeededKind,
} from './definition-fault.ts'

interface ServedKindsOptions {
  client: KubeClient
  clock: Clock
  log: Logger
  kinds: readonly NeededKind[]
}

/** Whether the API server serves the kinds that a controller needs, with all the fields it writes. */
interface ServedKinds {
  /** Names of their definitions. */
  readonly names: string[]
  /** Why the definition of a kind cannot be worked with; undefined once it can, and for a kind that nobody named. */
  fault(resource: Resource<KubernetesObject>): string | undefined
  /** Whether the kind is needed and not installed at all: there is nothing to do for it, and nothing to do wrong. */
  isAbsent(resource: Resource<KubernetesObject>): boolean
  /** Looks at each definition until it fits or the signal aborts. */
  follow(signal: AbortSignal): Promise<void>
  /** Resolves when this kind, or every kind, is served, or the signal aborts; at once for a kind that nobody named. */
  untilServed(signal: AbortSignal, resource?: Resource<KubernetesObject>): Promise<void>
}

const LOOK_AGAIN_MS = 3_000

export function createServedKinds({ kinds, ...options }: ServedKindsOptions): ServedKinds {
  const served = new Map(kinds.map((kind) => [definitionName(kind.resource), createServedKind(kind, options)]))
  const find = (resource: Resource<KubernetesObject>) => served.get(definitionName(resource))
  return {
    names: [...served.keys()],
    fault: (resource) => find(resource)?.fault(),
    isAbsent: (resource) => find(resource)?.isAbsent() ?? false,
    async follow(signal) {
      await Promise.all([...served.values()].map((kind) => kind.follow(signal)))
    },
    async untilServed(signal, resource) {
      const awaited = resource ? [find(resource)] : [...served.values()]
      await Promise.race([Promise.all(awaited.map((kind) => kind?.served)), untilAborted(signal)])
    },
  }
}

type Look =
  | { is: 'served' }
  | ({ is: 'unfit' } & DefinitionFault)
  | { is: 'unchecked' | 'unreadable'; error: ApiError | ApiUnreachable }

function createServedKind(kind: NeededKind, { client, clock, log }: Omit<ServedKindsOptions, 'kinds'>) {
  const definition = definitionName(kind.resource)
  const served = Promise.withResolvers<void>()
  let fault: string | undefined = 'not read yet'
  let isAbsent = false
  let said = 'served'

  async function look(signal: AbortSignal): Promise<Look> {
    try {
      const found = definitionFault(await client.get(DEFINITIONS, { name: definition }, { signal }), kind)
      return found ? { is: 'unfit', ...found } : { is: 'served' }
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof ApiUnreachable)) throw error
      const isForbidden = error instanceof ApiError && error.status === 403
      return { is: isForbidden ? 'unchecked' : 'unreadable', error }
    }
  }

  /** Once for each state, and not at all for one that is served from the start. */
  function say(seen: Look): void {
    const state = seen.is === 'unfit' ? seen.fault : seen.is
    if (state === said) return
    said = state
    if (seen.is === 'served') log.info({ definition }, 'a needed definition is served now')
    else if (seen.is === 'unfit') {
      const { fault, remedy } = seen
      log.warn({ definition, fault, remedy }, 'a needed definition does not fit, waiting for it')
    } else if (seen.is === 'unreadable') {
      log.warn({ definition, err: seen.error }, 'a needed definition cannot be read, trying again')
    } else log.warn({ definition, err: seen.error }, 'a needed definition may not be read, going on unchecked')
  }

  return {
    served: served.promise,
    fault: () => fault,
    isAbsent: () => isAbsent,
    async follow(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const seen = await look(signal)
        if (signal.aborted) return
        say(seen)
        isAbsent = seen.is === 'unfit' && seen.isAbsent
        if (seen.is === 'served' || seen.is === 'unchecked') {
          fault = undefined
          return served.resolve()
        }
        fault = seen.is === 'unfit' ? `${seen.fault}: ${seen.remedy}` : 'cannot be read'
        await pause(clock, LOOK_AGAIN_MS, signal)
      }
    },
  }
}
