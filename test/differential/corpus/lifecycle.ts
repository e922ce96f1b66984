import type { Sequence } from '../step.ts'
import { coreObject, pod, requests, sequence } from './requests.ts'

const { create, get, change, merge, remove, watch, json } = requests

const HOLD = 'example.com/hold'
const OTHER = 'example.com/other'

const finalizers = sequence('finalizers hold what is deleted', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const a = `${maps}/a`
  return [
    create(maps, coreObject('ConfigMap', 'a', { metadata: { finalizers: [HOLD, OTHER] } })),
    remove(a, { gracePeriodSeconds: 5 }),
    remove(a),
    get(a),
    create(maps, coreObject('ConfigMap', 'a')),
    change(a, [{ at: '/metadata/finalizers', value: [HOLD, OTHER, 'example.com/new'] }]),
    json(a, [{ op: 'add', path: '/metadata/finalizers/-', value: 'example.com/new' }]),
    change(a, [{ at: '/data', value: { still: 'changes' } }]),
    merge(a, { metadata: { labels: { still: 'changes' } } }),
    change(a, [{ at: '/metadata/deletionTimestamp' }]),
    change(a, [{ at: '/metadata/finalizers', value: [HOLD] }]),
    merge(a, { metadata: { finalizers: null } }, { query: { dryRun: 'All' } }),
    get(a),
    merge(a, { metadata: { finalizers: null } }),
    get(a),
    create(maps, coreObject('ConfigMap', 'a')),
    watch(maps, { resourceVersion: `@{old /api/v1/namespaces/${namespace}}` }),
  ]
})

const preconditions = sequence('deletion with preconditions', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const a = `${maps}/a`
  const wrong = [
    { uid: 'another' },
    { resourceVersion: '7' },
    { resourceVersion: 'text' },
    { uid: `@{uid ${a}}`, resourceVersion: `@{old ${a}}` },
  ]
  return [
    create(maps, coreObject('ConfigMap', 'a')),
    merge(a, { data: { changed: 'yes' } }),
    ...wrong.map((one) => remove(a, { preconditions: one })),
    remove(a, { preconditions: { uid: `@{uid ${a}}`, resourceVersion: `@{rv ${a}}` }, dryRun: ['All'] }),
    remove(a, { preconditions: { uid: `@{uid ${a}}`, resourceVersion: `@{rv ${a}}` } }),
    remove(a),
    create(maps, coreObject('ConfigMap', 'a')),
    remove(a, undefined, { query: { gracePeriodSeconds: 'soon' } }),
    remove(a, undefined, { text: '{' }),
    remove(a, undefined, { text: '{"kind":"Pod","apiVersion":"v1"}' }),
    remove(a, { unknown: 1 }),
  ]
})

const propagation = sequence('propagation policies', (namespace) => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`
  const policies = ['Foreground', 'Orphan', 'Background', 'Wrong', '']
  return [
    ...policies.flatMap((propagationPolicy, index) => [
      create(maps, coreObject('ConfigMap', `a${index}`)),
      remove(`${maps}/a${index}`, { propagationPolicy }),
      get(`${maps}/a${index}`),
      remove(`${maps}/a${index}`, { propagationPolicy: 'Orphan' }),
      remove(`${maps}/a${index}`, { propagationPolicy: 'Foreground' }),
      remove(`${maps}/a${index}`, { propagationPolicy: 'Background' }),
      merge(`${maps}/a${index}`, { metadata: { finalizers: [] } }),
    ]),
    create(maps, coreObject('ConfigMap', 'b', { metadata: { finalizers: ['foregroundDeletion', 'orphan'] } })),
    create(maps, coreObject('ConfigMap', 'b', { metadata: { finalizers: ['orphan', HOLD] } })),
    remove(`${maps}/b`, { orphanDependents: false }),
    remove(`${maps}/b`, { orphanDependents: true }),
    watch(maps, { resourceVersion: `@{old /api/v1/namespaces/${namespace}}` }),
  ]
})

const grace = sequence('grace periods of pods', (namespace) => {
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const a = `${pods}/a`
  return [
    create(pods, pod('a', { nodeName: 'nowhere' })),
    remove(a, { dryRun: ['All'] }),
    remove(a),
    remove(a, { gracePeriodSeconds: 60 }),
    remove(a, { gracePeriodSeconds: 5 }),
    remove(a),
    merge(a, { metadata: { labels: { still: 'changes' } } }),
    remove(a, { gracePeriodSeconds: 0 }),
    get(a),
    create(pods, pod('b', { nodeName: 'nowhere', terminationGracePeriodSeconds: 0 })),
    remove(`${pods}/b`),
    create(pods, pod('c')),
    remove(`${pods}/c`),
    create(pods, pod('d', { nodeName: 'nowhere' }, { finalizers: [HOLD] })),
    remove(`${pods}/d`, { gracePeriodSeconds: 0 }),
    remove(`${pods}/d`),
    merge(`${pods}/d`, { metadata: { finalizers: null } }),
    create(pods, pod('e', { nodeName: 'nowhere' })),
    merge(`${pods}/e/status`, { status: { phase: 'Succeeded' } }),
    remove(`${pods}/e`),
    create(pods, pod('f', { nodeName: 'nowhere' })),
    remove(`${pods}/f`, { gracePeriodSeconds: -1 }),
    watch(pods, { resourceVersion: `@{old /api/v1/namespaces/${namespace}}` }),
  ]
})

const leaving = sequence('a namespace that is being deleted', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}-x`
  const maps = `${own}/configmaps`
  return [
    create('/api/v1/namespaces', coreObject('Namespace', `${namespace}-x`)),
    create(maps, coreObject('ConfigMap', 'a')),
    create(`${own}/serviceaccounts`, coreObject('ServiceAccount', 'default')),
    create(`${own}/pods`, pod('a')),
    remove(own, { dryRun: ['All'] }),
    remove(own),
    remove(own),
    get(own),
    create(maps, coreObject('ConfigMap', 'b')),
    create(maps, coreObject('ConfigMap', 'b'), { query: { dryRun: 'All' } }),
    create(maps, coreObject('ConfigMap', 'Bad_Name')),
    change(`${maps}/a`, [{ at: '/data', value: { still: 'changes' } }]),
    merge(own, { metadata: { labels: { still: 'changes' } } }),
    create('/api/v1/namespaces', coreObject('Namespace', `${namespace}-x`)),
    change(own, [{ at: '/spec/finalizers', value: [] }]),
    change(own, [{ at: '/spec/finalizers', value: ['example.com/own'] }], { path: `${own}/finalize` }),
    change(own, [{ at: '/spec/finalizers', value: [] }], { path: `${own}/finalize` }),
    get(own),
    get(`${maps}/a`),
    remove('/api/v1/namespaces/default'),
    remove('/api/v1/namespaces/kube-system'),
    create('/api/v1/namespaces/none-such/configmaps', coreObject('ConfigMap', 'a')),
    get('/api/v1/namespaces/none-such/configmaps'),
    create('/api/v1/namespaces', coreObject('Namespace', 'with.dots')),
  ]
})

const versions = sequence('changes of stale objects', (namespace) => {
  const kinds = [
    { path: `/api/v1/namespaces/${namespace}/configmaps`, object: coreObject('ConfigMap', 'a'), edit: '/data/x' },
    {
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
      object: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a' } },
      edit: '/spec/holderIdentity',
    },
    { path: `/api/v1/namespaces/${namespace}/services`, object: serviceA(), edit: '/spec/selector/x' },
  ]
  return kinds.flatMap(({ path, object, edit }) => {
    const a = `${path}/a`
    const version = '/metadata/resourceVersion'
    const touch = { at: edit, value: 'one' }
    return [
      create(path, object),
      change(a, [touch]),
      change(a, [
        { at: version, value: `@{old ${a}}` },
        { at: edit, value: 'two' },
      ]),
      change(a, [{ at: version }, { at: edit, value: 'three' }]),
      change(a, [
        { at: version, value: '0' },
        { at: edit, value: 'four' },
      ]),
      change(a, [{ at: version, value: 'text' }]),
      change(a, [{ at: version, value: '999999999' }]),
      change(a, [{ at: '/metadata/uid', value: '00000000-0000-4000-8000-000000000009' }]),
      change(a, [{ at: '/metadata/uid' }, { at: edit, value: 'five' }]),
      change(a, [{ at: '/metadata/name', value: 'b' }]),
      change(a, [{ at: '/metadata/name' }]),
      change(a, [{ at: '/metadata/namespace', value: 'elsewhere' }]),
      change(a, [{ at: '/metadata/namespace' }, { at: edit, value: 'six' }]),
      change(a, [{ at: '/metadata/generation', value: 99 }]),
      change(a, []),
      change(a, []),
      merge(a, { metadata: { resourceVersion: `@{old ${a}}` } }),
      merge(a, { metadata: { resourceVersion: `@{rv ${a}}`, labels: { by: 'patch' } } }),
      merge(a, { metadata: { uid: '00000000-0000-4000-8000-000000000009' } }),
      merge(a, { metadata: { name: 'b' } }),
      merge(a, {}),
    ]
  })
})

function serviceA(): object {
  return coreObject('Service', 'a', { spec: { ports: [{ port: 80 }] } })
}

export const LIFECYCLE: Sequence[] = [finalizers, preconditions, propagation, grace, leaving, versions]
