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

/** Whether the API server serves the kinds that a controller works with, with all the fields it writes. */
export interface ServedKinds {
  readonly resources: readonly Resource<KubernetesObject>[]
  /** Names of the definitions of those that are served now. */
  names(): string[]
  /** Why the definition of a kind cannot be worked with; undefined once it can, and for a kind that nobody named. */
  fault(resource: Resource<KubernetesObject>): string | undefined
  /** Whether work goes on without this kind now: it is not served and need not be. */
  isLeftOut(resource: Resource<KubernetesObject>): boolean
  /** Whether the kind is named and not installed at all: there is nothing to do for it, and nothing to do wrong. */
  isAbsent(resource: Resource<KubernetesObject>): boolean
  /** Looks at each definition until it fits or the signal aborts. */
  follow(signal: AbortSignal): Promise<void>
  /**
   * Resolves when this kind is served, at once for one that nobody named; without a kind, when every kind has been looked
   * at and all that are needed are served. Resolves as well when the signal aborts.
   */
  untilServed(signal: AbortSignal, resource?: Resource<KubernetesObject>): Promise<void>
}

const LOOK_AGAIN_MS = 3_000
/** For a kind that nothing waits for. */
const LOOK_SELDOM_MS = 15_000

export function createServedKinds({ kinds, ...options }: ServedKindsOptions): ServedKinds {
  const isLeftOut = (kind: ServedKind) => kind.fault() !== undefined && !isNeeded(kind)
  const all: ServedKind[] = kinds.map((kind) => createServedKind(kind, { ...options, isLeftOut }))
  const alternatives = all.filter(({ needed }) => needed === 'any')
  const isNeeded = ({ needed }: ServedKind) =>
    needed === 'always' ||
    needed === 'later' ||
    (needed === 'any' && alternatives.every((kind) => kind.fault() !== undefined))
  const find = (resource: Resource<KubernetesObject>) => all.find(({ name }) => name === definitionName(resource))

  async function untilNeeded(): Promise<void> {
    await Promise.all(all.map(({ needed, looked, served }) => (needed === 'always' ? served : looked)))
    if (alternatives.length > 0) await Promise.race(alternatives.map(({ served }) => served))
  }

  return {
    resources: kinds.map(({ resource }) => resource),
    names: () => all.filter((kind) => kind.fault() === undefined).map(({ name }) => name),
    fault: (resource) => find(resource)?.fault(),
    isLeftOut: (resource) => all.some((kind) => kind.name === definitionName(resource) && isLeftOut(kind)),
    isAbsent: (resource) => find(resource)?.isAbsent() ?? false,
    async follow(signal) {
      await Promise.all(all.map((kind) => kind.follow(signal)))
    },
    async untilServed(signal, resource) {
      await Promise.race([resource ? find(resource)?.served : untilNeeded(), untilAborted(signal)])
    },
  }
}

interface ServedKind {
  name: string
  needed: NonNullable<NeededKind['needed']>
  /** Resolves once the server has said whether it serves the kind. */
  looked: Promise<void>
  served: Promise<void>
  fault(): string | undefined
  isAbsent(): boolean
  follow(signal: AbortSignal): Promise<void>
}

type Look =
  | { is: 'served' }
  | ({ is: 'unfit' } & DefinitionFault)
  | { is: 'unchecked' | 'unreadable'; error: ApiError | ApiUnreachable }

interface ServedKindOptions extends Omit<ServedKindsOptions, 'kinds'> {
  isLeftOut: (kind: ServedKind) => boolean
}

function createServedKind(kind: NeededKind, { client, clock, log, isLeftOut }: ServedKindOptions): ServedKind {
  const definition = definitionName(kind.resource)
  const { needed = 'always' } = kind
  const served = Promise.withResolvers<void>()
  const looked = Promise.withResolvers<void>()
  let fault: string | undefined = 'not read yet'
  let isAbsent = false
  const say = createTelling(kind, log)

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

  /** Takes in what was seen, and tells whether that is the end of looking. */
  function settle(seen: Look): boolean {
    isAbsent = seen.is === 'unfit' && seen.isAbsent
    if (seen.is !== 'unreadable') looked.resolve()
    if (seen.is === 'unfit') fault = `${seen.fault}: ${seen.remedy}`
    else if (seen.is === 'unreadable') fault = 'cannot be read'
    else fault = undefined
    if (fault === undefined) served.resolve()
    return fault === undefined
  }

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const seen = await look(signal)
      if (signal.aborted) return
      say(seen)
      if (settle(seen)) return
      const isIdle = seen.is === 'unfit' && isLeftOut(self)
      await pause(clock, isIdle ? LOOK_SELDOM_MS : LOOK_AGAIN_MS, signal)
    }
  }

  const self: ServedKind = {
    name: definition,
    needed,
    looked: looked.promise,
    served: served.promise,
    fault: () => fault,
    isAbsent: () => isAbsent,
    follow,
  }
  return self
}

function unfitness({ needed = 'always' }: NeededKind, isAbsent: boolean) {
  if (needed === 'always' || needed === 'later') {
    return { level: 'warn', message: 'a needed definition does not fit, waiting for it' } as const
  }
  const message = 'a definition does not fit, its kind is left out until it does'
  return { level: needed === 'never' && isAbsent ? 'debug' : 'info', message } as const
}

/** Once for each state, and not at all for one that is served from the start. */
function createTelling(kind: NeededKind, log: Logger): (seen: Look) => void {
  const definition = definitionName(kind.resource)
  let said = 'served'

  return function say(seen) {
    const state = seen.is === 'unfit' ? seen.fault : seen.is
    if (state === said) return
    said = state
    if (seen.is === 'served') log.info({ definition }, 'a needed definition is served now')
    else if (seen.is === 'unfit') {
      const { level, message } = unfitness(kind, seen.isAbsent)
      log[level]({ definition, fault: seen.fault, remedy: seen.remedy }, message)
    } else if (seen.is === 'unreadable') {
      log.warn({ definition, err: seen.error }, 'a needed definition cannot be read, trying again')
    } else log.warn({ definition, err: seen.error }, 'a needed definition may not be read, going on unchecked')
  }
}
