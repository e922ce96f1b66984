import type { Sequence, Step } from '../step.ts'
import { coreObject, PARTIAL, PARTIAL_LIST, pod, requests, sequence, TABLE } from './requests.ts'

const { create, get, merge, remove, watch } = requests

const NAMES = ['a', 'b', 'c', 'd', 'e']

const chunks = sequence('lists in chunks', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const more = { limit: '2', continue: '@{continue}' }
  const token = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')
  return [
    ...NAMES.map((name, index) =>
      create(maps, coreObject('ConfigMap', name, { metadata: { labels: { odd: `${index % 2}` } } })),
    ),
    get(maps, { limit: '2' }),
    remove(`${maps}/c`),
    create(maps, coreObject('ConfigMap', 'cc')),
    get(maps, more),
    get(maps, more),
    get(maps, { limit: '2' }),
    get(maps, { ...more, resourceVersion: '0' }),
    get(maps, { limit: '1', labelSelector: 'odd=1' }),
    get(maps, { ...more, labelSelector: 'odd=1' }),
    get(maps, { limit: '5' }),
    get(maps, { limit: '4' }),
    get(maps, { limit: '0' }),
    get(maps, { limit: '-3' }),
    get(maps, { limit: '1.5' }),
    get(maps, { limit: '2' }, { accept: TABLE }),
    get(maps, { limit: '2', continue: '' }, { accept: PARTIAL_LIST }),
    get(maps, { limit: '2' }),
    get(maps, { ...more, resourceVersion: '@{list}' }),
    get(maps, { limit: '2' }),
    get(maps, { ...more, resourceVersionMatch: 'Exact', resourceVersion: '@{list}' }),
    get(maps, { continue: 'not a token' }),
    get(maps, { continue: 'bm90IGEgdG9rZW4' }),
    get(maps, { continue: token({ v: 'other/v1', rv: 5, start: 'a' }) }),
    get(maps, { continue: token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }) }),
    get(maps, { continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: '' }) }),
    get(maps, { continue: token({ v: 'meta.k8s.io/v1', rv: -1, start: 'b\u0000' }) }),
  ]
})

const VERSIONS = [undefined, '', '0', '@{list}', 'text']
const MATCHES = [undefined, '', 'Exact', 'NotOlderThan', 'Wrong']
const LIMITS = [undefined, '1']

const combinations = sequence('versions and what they are to match', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const lists = VERSIONS.flatMap((resourceVersion) =>
    MATCHES.flatMap((resourceVersionMatch) =>
      LIMITS.map((limit) => get(maps, defined({ resourceVersion, resourceVersionMatch, limit }))),
    ),
  )
  return [
    ...NAMES.slice(0, 2).map((name) => create(maps, coreObject('ConfigMap', name))),
    get(maps),
    ...lists,
    get(maps, { sendInitialEvents: 'true' }),
    ...VERSIONS.map((resourceVersion) => get(`${maps}/a`, defined({ resourceVersion }))),
    ...VERSIONS.map((resourceVersion) => get(`${maps}/none`, defined({ resourceVersion }))),
  ]
})

/** The real server waits three seconds before it refuses. */
const unreached = [undefined, 'Exact', 'NotOlderThan'].map((resourceVersionMatch, index) =>
  sequence(`versions that are not reached ${'abc'[index]}`, (namespace) => {
    const maps = `/api/v1/namespaces/${namespace}/configmaps`
    const resourceVersion = '999999999999'
    return [
      get(maps, defined({ resourceVersion, resourceVersionMatch })),
      get(maps, defined({ resourceVersion, resourceVersionMatch, limit: '1' })),
      get(`${maps}/none`, { resourceVersion }),
    ]
  }),
)

function defined(query: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

const LABELS = [
  'a=1',
  'a==1',
  'a!=1',
  'a in (1,2)',
  'a notin (1)',
  'a',
  '!a',
  'a,b',
  'a in ()',
  'a in (1',
  'a in 1',
  'a=',
  '=1',
  'a=b=c',
  'a>0',
  'a<2',
  'a>x',
  'bad key=1',
  'a=bad!',
  '/a=1',
  'a in (,1)',
  'in in (in)',
  ',',
  'a,',
  '!a=1',
  'a&b',
  'a=(1)',
  ' a = 1 ',
]
const FIELDS = [
  'metadata.name=a',
  'metadata.name==a',
  'metadata.name!=a',
  'metadata.namespace=x',
  'spec=1',
  'metadata.name',
  '=a',
  'a,b',
  '',
]

const selectors = sequence('selectors', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  return [
    create(maps, coreObject('ConfigMap', 'a', { metadata: { labels: { a: '1', in: 'in' } } })),
    create(maps, coreObject('ConfigMap', 'b', { metadata: { labels: { a: '2', b: '' } } })),
    ...LABELS.map((labelSelector) => get(maps, { labelSelector })),
    ...FIELDS.map((fieldSelector) => get(maps, { fieldSelector })),
    get(maps, { labelSelector: 'a=b=c', fieldSelector: 'spec=1', limit: 'x', resourceVersionMatch: 'Wrong' }),
    get(maps, { fieldSelector: 'spec=1', resourceVersionMatch: 'Wrong' }),
  ]
})

const forms = sequence('other forms of answers', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}`
  const pods = `${own}/pods`
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  const accepts = [
    TABLE,
    PARTIAL,
    PARTIAL_LIST,
    `${PARTIAL},application/json`,
    'application/xml',
    '*/*',
    'application/*',
    '',
  ]
  return [
    create(pods, pod('a', { nodeName: 'nowhere' })),
    ...accepts.flatMap((accept) => [get(pods, {}, { accept }), get(`${pods}/a`, {}, { accept })]),
    ...accepts.map((accept) => get(workspaces, {}, { accept })),
    ...accepts.map((accept) => get(`${workspaces}/none`, {}, { accept })),
    ...['None', 'Metadata', 'Object', 'Wrong'].map((includeObject) => get(pods, { includeObject }, { accept: TABLE })),
    ...accepts.map((accept) => merge(`${pods}/a`, { metadata: { labels: { by: 'patch' } } }, { accept })),
    ...accepts.map((accept) => remove(`${pods}/a`, undefined, { accept })),
    get(`${own}/services`, {}, { accept: TABLE }),
    get('/apis/rbac.authorization.k8s.io/v1/clusterroles', { labelSelector: 'none=such' }, { accept: TABLE }),
    get('/apis/apps/v1/deployments', { labelSelector: 'none=such' }, { accept: TABLE }),
  ]
})

/** Watches last a second each: some sequences of them run beside each other. */
const WATCH_GROUPS = 5

const watchSequences = Array.from({ length: WATCH_GROUPS }, (_one, group) =>
  sequence(`watches ${'abcde'[group]}`, (namespace) => {
    const maps = `/api/v1/namespaces/${namespace}/configmaps`
    return [
      create(maps, coreObject('ConfigMap', 'a', { metadata: { labels: { color: 'red' } } })),
      merge(`${maps}/a`, { metadata: { labels: { color: 'blue' } } }),
      create(maps, coreObject('ConfigMap', 'b', { metadata: { labels: { color: 'red' } } })),
      merge(`${maps}/a`, { metadata: { labels: { color: 'red' } } }),
      merge(`${maps}/a`, { data: { x: '1' } }),
      merge(`${maps}/a`, { data: { x: '1' } }),
      remove(`${maps}/b`),
      get(maps),
      ...watchesOf(namespace).filter((_step, index) => index % WATCH_GROUPS === group),
    ]
  }),
)

function watchesOf(namespace: string): Step[] {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const begin = `@{old /api/v1/namespaces/${namespace}}`
  const initial = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
  const queries: Record<string, string>[] = [
    { resourceVersion: begin },
    { resourceVersion: begin, labelSelector: 'color=red' },
    { resourceVersion: begin, fieldSelector: 'metadata.name=a' },
    { resourceVersion: '0' },
    {},
    { ...initial },
    { ...initial, allowWatchBookmarks: 'true' },
    { ...initial, allowWatchBookmarks: 'true', labelSelector: 'color=red' },
    { ...initial, allowWatchBookmarks: 'true', resourceVersion: '@{list}' },
    { ...initial, sendInitialEvents: 'false', resourceVersion: begin },
    { sendInitialEvents: 'true' },
    { resourceVersionMatch: 'NotOlderThan' },
    { resourceVersionMatch: 'Exact' },
    { ...initial, continue: 'x' },
    { resourceVersion: 'text' },
    { labelSelector: 'a=b=c' },
    { fieldSelector: 'spec=1' },
    { limit: '1', resourceVersion: begin },
    { timeoutSeconds: 'x' },
  ]
  return [
    ...queries.map((query) => watch(maps, query)),
    ...[TABLE, PARTIAL, PARTIAL_LIST].map((accept) => watch(maps, { resourceVersion: begin }, { accept })),
    watch(maps, { ...initial, allowWatchBookmarks: 'true' }, { accept: TABLE }),
    watch(`${maps}/a`, { resourceVersion: begin }),
    watch(`/api/v1/watch/namespaces/${namespace}/configmaps`, { resourceVersion: begin }),
  ]
}

export const READS: Sequence[] = [chunks, combinations, ...unreached, selectors, forms, ...watchSequences]
