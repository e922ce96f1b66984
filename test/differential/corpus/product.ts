import type { Sequence, Step } from '../step.ts'
import { requests, sequence, TABLE } from './requests.ts'

const { create, get, change, merge, remove, watch } = requests

const workspace = (name: string, fields: object = {}, metadata: object = {}) => ({
  apiVersion: 'kaito.sh/v1alpha1',
  kind: 'Workspace',
  metadata: { name, ...metadata },
  resource: { instanceType: 'Standard_NC6s_v3', labelSelector: { matchLabels: { app: 'a' } } },
  inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
  ...fields,
})

const policy = sequence('the admission policy', (namespace) => {
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  const a = `${workspaces}/a`
  const resource = (instanceType?: string) => ({
    resource: { labelSelector: {}, ...(instanceType === undefined ? {} : { instanceType }) },
  })
  return [
    create(workspaces, workspace('a', { inference: { preset: { name: 'none' } } })),
    create(workspaces, workspace('a', resource('Standard_D2s_v3'))),
    create(workspaces, workspace('a', resource('standard_nc6S_V3'))),
    remove(a),
    create(workspaces, workspace('a', resource())),
    create(workspaces, workspace('a', { ...resource(), inference: { preset: { name: 'none' } } })),
    create(workspaces, workspace('a', {}, { finalizers: ['example.com/hold'] })),
    create(workspaces, workspace('a', { inference: { preset: { name: 'none' } } })),
    change(a, [{ at: '/inference/preset/name', value: 'none' }]),
    change(a, [{ at: '/inference/preset/name', value: 'none' }], { query: { dryRun: 'All' } }),
    merge(a, { metadata: { labels: { x: 'y' } } }),
    merge(`${a}/status`, { status: { workerNodes: ['a'] } }),
    remove(a),
    change(a, [{ at: '/inference/preset/name', value: 'none' }]),
    merge(a, { metadata: { finalizers: null } }),
    watch(workspaces, { resourceVersion: `@{old /api/v1/namespaces/${namespace}}` }),
  ]
})

const rules = sequence('rules and transitions of Workspaces', (namespace) => {
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  const a = `${workspaces}/a`
  const values: [at: string, value?: unknown][] = [
    ['/resource/count', 2],
    ['/resource/count'],
    ['/resource/count', null],
    ['/resource/instanceType', 'Standard_NC12s_v3'],
    ['/resource/instanceType'],
    ['/resource/labelSelector', {}],
    ['/resource/labelSelector/matchLabels/app', 'b'],
    ['/inference'],
    ['/tuning', {}],
    ['/inference/preset/accessMode', 'private'],
    ['/inference/preset/presetOptions', { image: 'x y' }],
    ['/inference/preset', null],
    ['/inference/template', { spec: {} }],
    ['/resource/preferredNodes', ['a', 5]],
    ['/resource/preferredNodes', Array.from({ length: 17 }, (_one, index) => `n${index}`)],
    ['/resource', []],
    ['/status/workerNodes', ['ignored']],
  ]
  return [
    create(workspaces, workspace('a')),
    ...values.map(([at, value]) => change(a, [value === undefined ? { at } : { at, value }])),
    ...values.map(([at, value]) =>
      change(a, [value === undefined ? { at } : { at, value }], { path: `${a}/status`, query: { dryRun: 'All' } }),
    ),
    get(workspaces, {}, { accept: TABLE }),
  ]
})

const CONDITION = { type: 'A', status: 'True', reason: 'R', message: '', lastTransitionTime: '2001-01-01T00:00:00Z' }

const statuses = sequence('status of Workspaces', (namespace) => {
  const workspaces = `/apis/kaito.sh/v1alpha1/namespaces/${namespace}/workspaces`
  const a = `${workspaces}/a`
  const patches = [
    { conditions: [CONDITION] },
    { conditions: [CONDITION, { ...CONDITION, type: 'B' }] },
    { conditions: [CONDITION, CONDITION] },
    { conditions: [{ ...CONDITION, lastTransitionTime: '2001-01-01' }] },
    { conditions: [{ type: 'A' }] },
    { conditions: 'text' },
    { slots: [{ ordinal: 0, attempt: -1, claimName: 'a' }] },
    { unknown: 1 },
    null,
  ]
  return [
    create(workspaces, workspace('a', { status: { workerNodes: ['ignored'] } })),
    ...patches.map((status) => merge(`${a}/status`, { status, metadata: { labels: { ignored: 'yes' } } })),
    get(`${a}/status`),
    remove(`${a}/status`),
    create(`${a}/status`, {}),
  ]
})

const KIND = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `things.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing', shortNames: ['th'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer', default: 1 },
                  list: {
                    type: 'array',
                    maxItems: 5,
                    items: {
                      type: 'object',
                      required: ['k'],
                      properties: { k: { type: 'string' }, v: { type: 'integer' } },
                    },
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['k'],
                  },
                },
                'x-kubernetes-validations': [{ rule: 'self.replicas <= 5', message: 'too many' }],
              },
              status: { type: 'object', properties: { replicas: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
})

const definitions = sequence('a kind of its own', (namespace) => {
  const group = `${namespace}.example.com`
  const kinds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const things = `/apis/${group}/v1/namespaces/${namespace}/things`
  const thing = (name: string, spec?: unknown): object => ({
    apiVersion: `${group}/v1`,
    kind: 'Thing',
    metadata: { name },
    ...(spec === undefined ? {} : { spec }),
  })
  const scale = (replicas: unknown): Step => merge(`${things}/a/scale`, { spec: { replicas } })
  return [
    get(things),
    create(kinds, KIND(group)),
    get(`${kinds}/things.${group}`, {}, { until: 'InitialNamesAccepted' }),
    get(things, {}, { until: 'ThingList' }),
    create(kinds, KIND(group)),
    create(things, thing('a', {})),
    create(things, thing('b')),
    create(things, thing('c', { replicas: 6 })),
    create(things, thing('c', { replicas: 'x' })),
    create(things, thing('c', { list: [{ k: 'a' }, { k: 'a' }] })),
    create(things, thing('c', { list: [{ v: 1 }] })),
    create(things, thing('c', { replicas: null, unknown: 1 })),
    get(`${things}/a/scale`),
    scale(3),
    scale(7),
    scale(-1),
    scale('x'),
    merge(`${things}/a/status`, { status: { replicas: 2 }, spec: { replicas: 4 } }),
    get(`${things}/a/scale`),
    get(things, { limit: '1' }),
    get(things, { limit: '1', continue: '@{continue}' }),
    get(things, {}, { accept: TABLE }),
    remove(things, undefined, { query: { labelSelector: 'none=such' } }),
    remove(things),
    get(things),
  ]
})

export const PRODUCT: Sequence[] = [policy, rules, statuses, definitions]
