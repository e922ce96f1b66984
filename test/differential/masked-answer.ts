import type { ServerAnswer } from './exchange.ts'
import { isJson, type Json } from './server-memory.ts'

/**
 * Takes out of one server's answers what every server chooses for itself: identities become numbers in the order in
 * which they are first seen, so that the same object and the same state of it are the same on both sides.
 */
type Mask = (answer: ServerAnswer) => ServerAnswer

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Times of the samples are older. */
const TIME = /\b20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)( m=[+\d.]+)?/g
const VERSIONS_IN_TEXT: [RegExp, string][] = [
  [/(ResourceVersion in (?:the precondition|record) )\(\d+\)/g, '$1(VERSION)'],
  [/(ResourceVersion in (?:precondition|object meta): )\d+/g, '$1VERSION'],
  [/(resource version: \d+, current: )\d+/g, '$1VERSION'],
  [/(too old resource version: \d+ )\(\d+\)/g, '$1(VERSION)'],
  [/\b10\.0\.\d+\.\d+\b/g, 'CLUSTERIP'],
  [/\b(made-\d+-|Bad_)[a-z0-9]{5}\b/g, '$1SUFFIX'],
  [/(kube-api-access-)[a-z0-9]{5}\b/g, '$1SUFFIX'],
]
const AGE = /^(\d+[smhdy])+$/

export function createMask(): Mask {
  const uids = createNumbers('uid')
  const objects = new Map<unknown, (version: string) => string>()
  const versionOf = (uid: unknown) => {
    const known = objects.get(uid) ?? createNumbers('version')
    objects.set(uid, known)
    return known
  }
  const text = (value: string): string => {
    const known = value.replace(UID, (uid) => (uid.startsWith('00000000') ? uid : uids(uid))).replace(TIME, 'TIME')
    return VERSIONS_IN_TEXT.reduce((result, [pattern, by]) => result.replace(pattern, by), known)
  }
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.filter((item) => !isOwnEvent(item)).map(walk)
    if (!isJson(value)) return value
    const fields = Object.keys(value).sort()
    const walked = Object.fromEntries(fields.map((field) => [field, walk(value[field])]))
    return withoutChoices(walked, versionOf(walked.uid))
  }
  return ({ body, warnings, ...answer }) => ({
    ...answer,
    warnings: warnings.map(text),
    body: withoutFaults(walk(withoutPlainBookmarks(body))),
  })
}

/** Events that a server records by itself, when it looks after addresses of Services, are named so. */
const OWN_EVENT = /\.[0-9a-f]{16}$/

/** Such an Event, also as a row of a table or as a change that a watch tells of. */
function isOwnEvent(item: unknown): boolean {
  if (!isJson(item)) return false
  if (isJson(item.metadata) && OWN_EVENT.test(String(item.metadata.name))) return true
  const rows = Array.isArray(item.rows) ? item.rows : []
  return isOwnEvent(item.object) || rows.some(isOwnEvent)
}

/** The message of a refused object lists its causes, which are compared by themselves. */
function withoutFaults(body: unknown): unknown {
  if (!isJson(body) || body.reason !== 'Invalid' || typeof body.message !== 'string') return body
  return { ...body, message: body.message.replace(/ is invalid: .*/s, ' is invalid') }
}

function createNumbers(what: string): (value: string) => string {
  const seen = new Map<string, string>()
  return (value) => {
    const known = seen.get(value) ?? `${what}#${seen.size + 1}`
    seen.set(value, known)
    return known
  }
}

function withoutChoices(fields: Json, versions: (value: string) => string): Json {
  const { managedFields: _managed, ...kept } = fields
  const { name, resourceVersion } = kept
  if (typeof resourceVersion === 'string') {
    // A list shows the state of the whole store, which other sequences change.
    kept.resourceVersion = typeof name === 'string' ? versions(resourceVersion) : 'VERSION'
  }
  // The real server brings those of a namespace into any order when it is deleted.
  const isLeaving = kept.deletionTimestamp !== undefined && kept.namespace === undefined
  if (isLeaving && Array.isArray(kept.finalizers)) kept.finalizers = kept.finalizers.toSorted()
  if (Array.isArray(kept.causes)) oneOfEach(kept)
  if (typeof kept.continue === 'string') kept.continue = 'TOKEN'
  if (typeof kept.token === 'string' && kept.token.length > 100) kept.token = 'TOKEN'
  if (typeof kept.nodePort === 'number' && kept.nodePort >= 30_000) kept.nodePort = 'NODEPORT'
  // Descriptions of a table's columns are documentation.
  if (Array.isArray(kept.columnDefinitions)) {
    kept.columnDefinitions = kept.columnDefinitions.map((column) => ({ ...column, description: '' }))
  }
  if (Array.isArray(kept.cells)) kept.cells = kept.cells.map((cell) => (AGE.test(String(cell)) ? 'AGE' : cell))
  return kept
}

/** A server may name a fault twice and in any order. */
function oneOfEach(details: Json): void {
  const causes = new Map([details.causes].flat().map((cause) => [JSON.stringify(cause), cause]))
  details.causes = [...causes.keys()].sort().map((text) => causes.get(text))
}

/** When a server sends bookmarks is its own choice; only the one that ends the initial events says something. */
function withoutPlainBookmarks(body: unknown): unknown {
  if (!Array.isArray(body)) return body
  return body.filter((event) => {
    if (!isJson(event) || event.type !== 'BOOKMARK') return true
    return JSON.stringify(event).includes('k8s.io/initial-events-end')
  })
}
