import type { Sequence } from '../step.ts'
import { coreObject, requests, sequence } from './requests.ts'

const { create, get, change, merge, strategic, json, remove } = requests

const TEXTS = ['', '{', 'null', '[]', '5', '"x"', '{}', '{"kind":"ConfigMap"}', '{"apiVersion":"v1"}', '{"metadata":5}']
const OTHER_KINDS = [
  { kind: 'Secret' },
  { kind: 'None' },
  { apiVersion: 'v2' },
  { apiVersion: 'apps/v1' },
  { apiVersion: 5 },
  { kind: 5 },
  { kind: '' },
  { kind: 'ConfigMapList', items: [] },
]

const bodies = sequence('bodies that do not fit', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}`
  const maps = `${own}/configmaps`
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  return [
    ...TEXTS.flatMap((text) => [
      create(maps, undefined, { text }),
      create(workspaces, undefined, { text }),
      { method: 'PUT' as const, path: `${maps}/a`, text },
      { method: 'PUT' as const, path: `${workspaces}/a`, text },
    ]),
    ...OTHER_KINDS.map((one) => create(maps, { ...coreObject('ConfigMap', 'a'), ...one })),
    ...OTHER_KINDS.map((one) =>
      create(workspaces, { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', metadata: { name: 'a' }, ...one }),
    ),
  ]
})

const addresses = sequence('bodies and addresses', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}`
  const maps = `${own}/configmaps`
  return [
    create(maps, coreObject('ConfigMap', 'a', { metadata: { namespace: 'elsewhere' } })),
    create(maps, coreObject('ConfigMap', 'a'.repeat(254))),
    create(maps, coreObject('ConfigMap', '', { metadata: { generateName: 'Bad_' } })),
    create(maps, coreObject('ConfigMap', '')),
    create(maps, coreObject('ConfigMap', 'a', { metadata: { resourceVersion: '5' } })),
    create(
      maps,
      coreObject('ConfigMap', 'a', {
        metadata: { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', deletionTimestamp: '2001-01-01T00:00:00Z' },
      }),
    ),
    create(maps, coreObject('ConfigMap', 'a')),
    create(maps, coreObject('ConfigMap', 'a', { metadata: { generateName: 'x-' } })),
    create(`${maps}/a`, coreObject('ConfigMap', 'a')),
    create('/api/v1/configmaps', coreObject('ConfigMap', 'a', { metadata: { namespace } })),
    create('/api/v1/nodes', coreObject('Node', `${namespace}-n`, { metadata: { namespace: 'elsewhere' } })),
    create(`${own}/nodes`, coreObject('Node', 'n')),
    create(`${own}/nothing`, {}),
    get('/apis/none.example.com/v1/things'),
    get('/apis/apps/v7/deployments'),
    get(`${own}/configmaps/a/status`),
    get(`${own}/configmaps/a/nothing`),
    { method: 'PUT', path: maps, body: {} },
    { method: 'DELETE', path: '/api/v1/configmaps' },
  ]
})

const validation = sequence('field validation', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  const twice =
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"NAME","name":"NAME"},"data":{"a":"1","a":"2"},"x":1,"y":{"z":[]}}'
  const workspace = {
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name: 'a', unknown: 1 },
    resource: { instanceType: 'Standard_NC6s_v3', labelSelector: {}, unknown: { deep: 1 } },
    inference: { preset: { name: 'phi-3-mini-4k-instruct', unknown: 1 } },
    unknown: [],
  }
  const modes = ['Strict', 'Warn', 'Ignore', '', 'Wrong']
  return modes.flatMap((fieldValidation, index) => [
    create(maps, undefined, { text: twice.replaceAll('NAME', `a${index}`), query: { fieldValidation } }),
    create(maps, coreObject('ConfigMap', `b${index}`), { query: { fieldValidation } }),
    merge(`${maps}/b${index}`, { x: 1, metadata: { y: 2 } }, { query: { fieldValidation } }),
    strategic(`${maps}/b${index}`, { x: 1, metadata: { y: 2 } }, { query: { fieldValidation } }),
    json(`${maps}/b${index}`, [{ op: 'add', path: '/x', value: 1 }], { query: { fieldValidation } }),
    merge(`${maps}/b${index}`, undefined, { text: '{"data":{"a":"1","a":"2"}}', query: { fieldValidation } }),
    json(`${maps}/b${index}`, [{ op: 'add', path: '/data', value: {}, unknown: 1 }], { query: { fieldValidation } }),
    create(workspaces, workspace, { query: { fieldValidation, dryRun: 'All' } }),
  ])
})

const dryRuns = sequence('dry runs', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const a = `${maps}/a`
  const query = { dryRun: 'All' }
  return [
    create(maps, coreObject('ConfigMap', 'a'), { query }),
    create(maps, coreObject('ConfigMap', '', { metadata: { generateName: 'made-1-' } }), { query }),
    get(a),
    create(maps, coreObject('ConfigMap', 'a')),
    create(maps, coreObject('ConfigMap', 'a'), { query }),
    change(a, [{ at: '/data', value: { x: '1' } }], { query }),
    merge(a, { data: { x: '1' } }, { query }),
    merge(a, {}, { query }),
    remove(a, undefined, { query }),
    remove(maps, undefined, { query }),
    remove(a, { dryRun: ['All', 'All'] }),
    get(a),
    create(maps, coreObject('ConfigMap', 'b'), { query: { dryRun: ['All', 'Wrong'] } }),
  ]
})

const container = (name: string, more: object = {}) => ({ name, image: `example.com/${name}:1`, ...more })
const spec = (containers: object[], more: object = {}) => ({ spec: { template: { spec: { containers, ...more } } } })
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', labels: { one: '1', two: '2' } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: { containers: [container('b'), container('d')], tolerations: [{ key: 'x', operator: 'Exists' }] },
    },
  },
}
const strategicPatches = [
  spec([container('c')]),
  spec([
    container('d', {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    }),
  ]),
  spec([
    container('d', {
      env: [
        { name: 'B', value: '3' },
        { name: 'C', value: '4' },
      ],
    }),
  ]),
  spec([{ name: 'd', env: [{ name: 'A', $patch: 'delete' }] }]),
  spec([{ name: 'd', env: null }]),
  { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'd' }, { name: 'b' }, { name: 'c' }] } } } },
  { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [container('e')] } } } },
  spec([{ $patch: 'replace' }, container('z')]),
  spec([container('z')], { tolerations: [{ key: 'y', operator: 'Exists' }] }),
  spec([{ image: 'example.com/nameless:1' }]),
  spec([{ name: 'z', ports: [{ containerPort: 80 }, { containerPort: 81, protocol: 'UDP' }] }]),
  spec([{ name: 'z', ports: [{ containerPort: 80, $patch: 'delete' }] }]),
  { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
  { metadata: { labels: { $patch: 'replace', three: '3' } } },
  { metadata: { labels: { $patch: 'delete' } } },
  { metadata: { finalizers: ['example.com/a', 'example.com/b'] } },
  { metadata: { finalizers: ['example.com/c', 'example.com/a'] } },
  { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/b'] } },
  { spec: { $patch: 'wrong' } },
  { spec: { replicas: 'two' } },
  [],
]
const jsonPatches = [
  [{ op: 'test', path: '/spec/replicas', value: 0 }],
  [{ op: 'test', path: '/spec/replicas', value: 1 }],
  [{ op: 'test', path: '/spec/none', value: null }],
  [
    { op: 'add', path: '/metadata/labels', value: { four: '4' } },
    { op: 'copy', from: '/metadata/labels/four', path: '/metadata/labels/five' },
  ],
  [{ op: 'move', from: '/metadata/labels/five', path: '/metadata/labels/six' }],
  [{ op: 'move', from: '/metadata/labels/none', path: '/metadata/labels/six' }],
  [{ op: 'remove', path: '/metadata/labels/none' }],
  [
    { op: 'remove', path: '/spec/template/spec/containers/0' },
    { op: 'add', path: '/spec/template/spec/containers/-', value: container('j') },
  ],
  [{ op: 'add', path: '/spec/template/spec/containers/9', value: container('k') }],
  [{ op: 'add', path: '/spec/template/spec/containers/0', value: container('l') }],
  [{ op: 'replace', path: '/spec/minReadySeconds', value: 3 }],
  [{ op: 'replace', path: '/spec/none/deeper', value: 3 }],
  [{ op: 'replace', path: '', value: {} }],
  [{ op: 'add', path: 'spec', value: 1 }],
  [{ op: 'wrong', path: '/spec' }],
  [{ path: '/spec' }],
  [{ op: 'add', path: '/metadata/labels/a~1b', value: '1' }],
  {},
  [],
]
const mergePatches = [
  { metadata: { labels: null } },
  { metadata: { labels: { seven: '7' } } },
  { spec: { template: { spec: { nodeSelector: { gpu: 'yes', none: null } } } } },
  { spec: { selector: null } },
  { spec: { replicas: -1 } },
  { status: { replicas: 7 } },
  [],
  { kind: 'Other' },
  { kind: null },
]

const patches = sequence('patches', (namespace) => {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`
  const a = `${deployments}/a`
  return [
    create(deployments, deployment),
    ...strategicPatches.map((body) => strategic(a, body)),
    ...jsonPatches.map((body) => json(a, body)),
    ...mergePatches.map((body) => merge(a, body)),
    get(a),
    { method: 'PATCH', path: a, contentType: 'application/json', body: {} },
    { method: 'PATCH', path: a, contentType: 'text/plain', body: {} },
    merge(`${deployments}/none`, undefined, { text: '{' }),
    merge(a, undefined, { text: '{' }),
    json(a, undefined, { text: '{' }),
  ]
})

export const WRITES: Sequence[] = [bodies, addresses, validation, dryRuns, patches]
