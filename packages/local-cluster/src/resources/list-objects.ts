import type { KubeObject } from '../cluster-access.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { fieldSelector } from '../selectors/field-selector.ts'
import { labelSelector } from '../selectors/label-selector-text.ts'
import { badRequest, invalid, StatusError } from '../status-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiEngine } from './api-engine.ts'
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

export function listObjects(engine: ApiEngine, kind: KindDefinition, query: ListQuery): ObjectList {
  checkVersionMatch(query)
  const matches = matcher(kind, query)
  const limit = wholeNumber(query.limit) ?? 0
  const from = query.continue === undefined || query.continue === '' ? undefined : parseContinue(query)
  const revision = from?.revision ?? revisionOf(engine, query)
  const all = snapshot(engine, kind, { revision, namespace: query.namespace, continued: from !== undefined })
  const rest = all.filter(({ object, key }) => (from === undefined || key > from.after) && matches(object))
  const items = limit > 0 ? rest.slice(0, limit) : rest
  const last = items.at(-1)
  if (last === undefined || items.length === rest.length)
    return { items, metadata: { resourceVersion: String(revision) } }
  const selected = query.labelSelector !== undefined || query.fieldSelector !== undefined
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      continue: Buffer.from(JSON.stringify({ revision, after: last.key })).toString('base64url'),
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

/** The state that a read wants to see, as its query says; zero for any. */
export function wantedVersion({ resourceVersion }: ListQuery): number {
  const refuse = (why: string) => new StatusError({ code: 500, message: invalidVersion(resourceVersion, why) })
  return versionNumber(resourceVersion, refuse)
}

function invalidVersion(text: string | undefined, why: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`
}

/** Throws 410 as the real server answers for history that is gone. */
export function expired(message: string): StatusError {
  return new StatusError({ code: 410, reason: 'Expired', message })
}

/** Refuses (504) to speak for a state that this server has not reached. */
export function checkReached(engine: ApiEngine, wanted: number): void {
  const current = engine.store.revision()
  if (wanted <= current) return
  throw new StatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
}

function revisionOf(engine: ApiEngine, query: ListQuery): number {
  const { resourceVersion } = query
  const refuse = (why: string) => badRequest(`invalid resource version: ${invalidVersion(resourceVersion, why)}`)
  const wanted = versionNumber(resourceVersion, refuse)
  const current = engine.store.revision()
  if (wanted === 0) return current
  checkReached(engine, wanted)
  const exact =
    query.resourceVersionMatch === undefined ? query.limit !== undefined : query.resourceVersionMatch === 'Exact'
  return exact ? wanted : current
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

function parseContinue(query: ListQuery): { revision: number; after: string } {
  if (query.resourceVersion !== undefined && query.resourceVersion !== '' && query.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  try {
    const token: unknown = JSON.parse(Buffer.from(query.continue ?? '', 'base64url').toString())
    const { revision, after } = token as { revision: unknown; after: unknown }
    if (typeof revision !== 'number' || typeof after !== 'string') throw new TypeError('fields are missing')
    return { revision, after }
  } catch (error) {
    throw new StatusError({ code: 400, reason: 'BadRequest', message: 'continue key is not valid' }, error)
  }
}

function checkVersionMatch({ resourceVersion = '', resourceVersionMatch, continue: token }: ListQuery): void {
  if (resourceVersionMatch === undefined || resourceVersionMatch === '') return
  const fault = (message: string, reason: string) => {
    const cause = { reason, message, field: 'resourceVersionMatch' }
    return invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [cause])
  }
  const forbidden = (why: string) => fault(`Forbidden: ${why}`, 'FieldValueForbidden')
  if (resourceVersion === '') throw forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (token !== undefined && token !== '')
    throw forbidden('resourceVersionMatch is forbidden when continue is provided')
  if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
    throw forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  if (resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan') {
    const message = `Unsupported value: "${resourceVersionMatch}": supported values: "Exact", "NotOlderThan", ""`
    throw fault(message, 'FieldValueNotSupported')
  }
}
