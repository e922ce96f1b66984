import type { Step } from '../step.ts'
import { type Draft, drawAccept, drawName, objectPathOf, pathOf } from './draft.ts'

const LABELS = [
  'color=green',
  'color!=green',
  'color in (red,blue)',
  'color notin (red)',
  'color',
  '!color',
  'color==blue',
]
const BAD_LABELS = ['color in', 'color=a=b', 'bad key!=x', ',', 'color in ()', '=']

export function readOperation(draft: Draft): Step[] {
  const { random } = draft
  const query: Record<string, string> = {}
  if (random.chance(0.15)) query.resourceVersion = random.pick(['0', '1', '999999999999', 'abc'])
  return [{ method: 'GET', path: objectPathOf(draft, drawName(draft)), query, ...drawAccept(draft) }]
}

export function listOperation(draft: Draft): Step[] {
  const { random } = draft
  const path = pathOf(draft)
  const accept = drawAccept(draft)
  const first = { ...drawSelectors(draft), ...drawVersions(draft) }
  // Where objects of all sequences lie together, what is left behind a chunk changes at any time.
  if (!draft.kind.namespaced || !random.chance(0.4)) return [{ method: 'GET', path, query: first, ...accept }]
  const chunk = { ...first, limit: random.pick(['1', '2', '500', '0', '-1', 'x']) }
  const next = { ...drawSelectors(draft, first), limit: '1', continue: '@{continue}' }
  const odd = {
    ...next,
    ...random.pick([{ resourceVersion: '@{list}' }, { resourceVersion: '0' }, { continue: 'text' }]),
  }
  const steps = [chunk, next, ...(random.chance(0.3) ? [odd] : [])]
  return steps.map((query): Step => ({ method: 'GET', path, query, ...accept }))
}

/** Of kinds without a namespace a sequence sees its own objects only. */
function drawSelectors({ random, kind, namespace }: Draft, again: Record<string, string> = {}): Record<string, string> {
  const query: Record<string, string> = {}
  const labels = kind.namespaced ? [] : [`sequence=${namespace}`]
  if (random.chance(0.3)) labels.push(random.pick(random.chance(0.8) ? LABELS : BAD_LABELS))
  if (labels.length > 0) query.labelSelector = labels.join(',')
  const fields = [...(kind.selectors ?? ['metadata.name=a', 'metadata.name!=b']), 'spec.none=1', 'metadata.name']
  if (random.chance(0.2)) query.fieldSelector = random.pick(fields)
  const { labelSelector, fieldSelector } = again
  const same = { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
  return Object.keys(again).length > 0 ? same : query
}

function drawVersions({ random }: Draft): Record<string, string> {
  if (!random.chance(0.25)) return {}
  const resourceVersion = random.pick(['0', '@{list}', '@{list}', '999999999999', 'abc', ''])
  const match = random.pick([undefined, 'Exact', 'NotOlderThan', 'Wrong'])
  return { resourceVersion, ...(match === undefined ? {} : { resourceVersionMatch: match }) }
}

export function deleteCollectionOperation(draft: Draft): Step[] {
  const { random, kind, namespace } = draft
  const labels = kind.namespaced ? [] : [`sequence=${namespace}`]
  if (random.chance(0.5)) labels.push('color=green')
  const query: Record<string, string> = labels.length === 0 ? {} : { labelSelector: labels.join(',') }
  if (random.chance(0.2)) query.propagationPolicy = random.pick(['Orphan', 'Foreground', 'Wrong'])
  if (random.chance(0.2)) query.dryRun = 'All'
  if (kind.namespaced && random.chance(0.1)) query.limit = '1'
  // The accounts that Pods need are not to go.
  if (kind.kind === 'ServiceAccount') query.fieldSelector = 'metadata.name!=default'
  return [{ method: 'DELETE', path: pathOf(draft), query }]
}

/** What happened in this sequence, told from its beginning and once more from what is there. */
export function watchOperation(draft: Draft): Step[] {
  const { random, kind, namespace } = draft
  const path = pathOf(draft)
  const own = kind.namespaced ? {} : { labelSelector: `sequence=${namespace}` }
  const narrowed = random.chance(0.5)
    ? { labelSelector: [own.labelSelector, 'color=green'].filter(Boolean).join(',') }
    : own
  const watch = { watch: 'true', timeoutSeconds: '1' }
  const begin = `@{old /api/v1/namespaces/${namespace}}`
  const initial = { resourceVersionMatch: 'NotOlderThan', sendInitialEvents: 'true', allowWatchBookmarks: 'true' }
  const step = (query: Record<string, string>): Step => ({
    method: 'GET',
    path,
    query: { ...watch, ...query },
    ...drawAccept(draft),
  })
  return [
    { method: 'GET', path, query: { ...own } },
    step({ ...own, resourceVersion: begin }),
    step(
      random.pick([
        { ...narrowed, resourceVersion: begin },
        { ...narrowed, ...initial },
        { ...own, resourceVersion: '0' },
      ]),
    ),
    ...(random.chance(0.2)
      ? [step(random.pick<Record<string, string>>(ODD_WATCHES.map((odd) => ({ ...own, ...odd }))))]
      : []),
  ]
}

const ODD_WATCHES: Record<string, string>[] = [
  { resourceVersion: 'abc' },
  { resourceVersionMatch: 'NotOlderThan' },
  { sendInitialEvents: 'true' },
  { sendInitialEvents: 'false', resourceVersionMatch: 'NotOlderThan', resourceVersion: '@{list}' },
  { resourceVersionMatch: 'Exact', sendInitialEvents: 'true' },
  {},
]
