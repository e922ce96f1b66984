import type { KubeObject } from '../cluster-access.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { fieldRequirements, fieldSelector } from '../selectors/field-selector.ts'
import { labelSelector } from '../selectors/label-selector-text.ts'
import { badRequest, StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine } from './api-engine.ts'
import { type ContinueToken, continueToken, parsedContinueToken } from './continue-token.ts'
import { versionNumber } from './preconditions.ts'

/** Query parameters of a list or watch, as sent. */
export interface ListQuery {
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  limit?: string | undefined
  continue?: string | undefined
  resourceVersion?: string | undefined
  resourceVersionMatch?: string | undefined
}

export interface ObjectList {
  items: StoredObject[]
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
}

export function matcher(kind: KindDefinition, query: ListQuery): (object: KubeObject) => boolean {
  const labels = labelSelector(query.labelSelector ?? '')
  const fields = fieldSelector(kind, query.fieldSelector ?? '')
  const { namespace } = query
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels) &&
    fields(object)
}

/** Refuses (400) selectors and numbers that cannot be read; comes before what they mean for a kind. */
export function checkReadable({ limit, labelSelector: labels = '', fieldSelector: fields = '' }: ListQuery): void {
  wholeNumber(limit)
  labelSelector(labels)
  fieldRequirements(fields)
}

export function listObjects(engine: ApiEngine, kind: KindDefinition, query: ListQuery): ObjectList {
  const matches = matcher(kind, query)
  // The real server's cache, which answers for any version, knows no chunks; one object is none.
  const isWhole = isOne(query) || (query.resourceVersion === '0' && isCached(kind))
  const limit = isWhole ? 0 : (wholeNumber(query.limit) ?? 0)
  const from = continued(query)
  // A negative revision asks for the rest as it is now.
  const revision =
    from === undefined ? revisionOf(engine, kind, query) : from.revision < 0 ? engine.store.revision() : from.revision
  const all = snapshot(engine, kind, { revision, namespace: query.namespace, continued: from !== undefined })
  const prefix = query.namespace === undefined ? '' : `${query.namespace}/`
  const rest = from === undefined ? all : all.filter(({ key }) => key >= `${prefix}${from.start}`)
  const matching = rest.filter(({ object }) => matches(object))
  const items = limit > 0 ? matching.slice(0, limit) : matching
  const last = items.at(-1)
  // What follows may match nothing: nobody has looked at it yet.
  if (last === undefined || items.length < limit || limit <= 0 || last === rest.at(-1)) {
    return { items, metadata: { resourceVersion: String(revision) } }
  }
  const selected = Boolean(query.labelSelector || query.fieldSelector)
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      continue: continueToken({ revision, start: `${last.key.slice(prefix.length)}\0` }),
      ...(selected ? {} : { remainingItemCount: rest.length - items.length }),
    },
  }
}

/** `undefined` for absent; throws 400 for what is not a whole number. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^-?\d{1,16}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  return Number(text)
}

/** The state that a read wants to see, as its query says; zero for any. Without a kind it is a watch that wants it. */
export function wantedVersion(kind: KindDefinition | undefined, { resourceVersion }: ListQuery): number {
  const refuse = (why: string) => {
    const message = invalidVersion(resourceVersion, why)
    return kind === undefined || isCached(kind)
      ? new StatusError({ code: 500, message })
      : badRequest(`invalid resource version: ${message}`)
  }
  return versionNumber(resourceVersion, refuse)
}

function invalidVersion(text: string | undefined, why: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`
}

/** Throws 410 as the real server answers for history that is gone. */
export function expired(message: string): StatusError {
  return new StatusError({ code: 410, reason: 'Expired', message })
}

/** The real server keeps every kind but Events in a cache of its own. */
function isCached({ group, plural }: Pick<KindDefinition, 'group' | 'plural'>): boolean {
  return group !== '' || plural !== 'events'
}

interface Advice {
  retryAfterSeconds?: number
}

/** The cache gives this advice. */
export function adviceOf({ group, plural }: KindDefinition): Advice {
  return isCached({ group, plural }) ? { retryAfterSeconds: 1 } : {}
}

/** Refuses (504) to speak for a state that this server has not reached. */
export function checkReached(engine: ApiEngine, wanted: number, advice: Advice): void {
  const current = engine.store.revision()
  if (wanted <= current) return
  throw new StatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      ...advice,
    },
  })
}

/** A list of at most one object, by its name. */
function isOne({ fieldSelector: fields = '' }: ListQuery): boolean {
  return fieldRequirements(fields).some(({ field, operator }) => field === 'metadata.name' && operator !== '!=')
}

function revisionOf(engine: ApiEngine, kind: KindDefinition, query: ListQuery): number {
  const { resourceVersion } = query
  const refuse = (why: string) => badRequest(`invalid resource version: ${invalidVersion(resourceVersion, why)}`)
  const wanted = versionNumber(resourceVersion, refuse)
  const current = engine.store.revision()
  if (wanted === 0) return current
  const exact = asksStorage(query) && (query.resourceVersionMatch === 'Exact' || !isOne(query))
  checkReached(engine, wanted, asksStorage(query) && isOne(query) ? {} : adviceOf(kind))
  return exact ? wanted : current
}

/** The state of exactly that version is wanted, which the cache leaves to storage. */
function asksStorage({ resourceVersionMatch: match = '', limit }: ListQuery): boolean {
  return match === '' ? (wholeNumber(limit) ?? 0) > 0 : match === 'Exact'
}

function snapshot(
  engine: ApiEngine,
  kind: KindDefinition,
  { revision, namespace, continued }: { revision: number; namespace: string | undefined; continued: boolean },
): StoredObject[] {
  const collection = engine.store.collection(kind)
  if (revision === engine.store.revision()) return collection.list(namespace)
  const then = collection.listAt(revision, namespace)
  if (then !== undefined) return then
  if (!continued) throw expired('The resourceVersion for the provided list is too old.')
  const advice = 'must start a new list without the continue parameter'
  throw expired(`The provided continue parameter is too old to display a consistent list result. You ${advice}.`)
}

function continued(query: ListQuery): ContinueToken | undefined {
  if (query.continue === undefined || query.continue === '') return undefined
  const token = parsedContinueToken(query.continue)
  if (query.resourceVersion !== undefined && query.resourceVersion !== '' && query.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  return token
}
