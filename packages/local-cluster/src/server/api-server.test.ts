import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalCluster, startLocalCluster } from '../local-cluster.ts'
import { createRawClient, type RawAnswer, type RawClient } from '../testing/raw-client.ts'

let cluster: LocalCluster
let client: RawClient

beforeAll(async () => {
  cluster = await startLocalCluster({ controllers: false, kubelet: false })
  client = createRawClient(cluster)
  await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: WIDGETS })
})

afterAll(async () => {
  await client.close()
  await cluster.stop()
})

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' } } },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
}

const MAPS = '/api/v1/namespaces/default/configmaps'
const WIDGET_PATH = '/apis/example.com/v1/namespaces/default/widgets'

function configMap(name: string, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...fields }
}

function widget(name: string, fields: object = {}) {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, ...fields }
}

function metadata({ body }: RawAnswer): Record<string, unknown> {
  return (body as { metadata: Record<string, unknown> }).metadata
}

async function created(path: string, body: object): Promise<RawAnswer> {
  const answer = await client.send('POST', path, { body })
  expect(answer.code, JSON.stringify(answer.body)).toBe(201)
  return answer
}

test('sets system metadata of a new object', async () => {
  const { resourceVersion, uid, creationTimestamp, generation } = metadata(await created(WIDGET_PATH, widget('system')))
  expect(resourceVersion).toMatch(/^\d+$/)
  expect(uid).toMatch(/^[0-9a-f-]{36}$/)
  expect(creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(generation).toBe(1)
})

test('names an object from generateName', async () => {
  const answer = await created(MAPS, { metadata: { generateName: 'made-' } })
  expect(metadata(answer).name).toMatch(/^made-[a-z0-9]{5}$/)
})

test.each<[rule: string, call: [method: string, path: string, body?: object], status: object]>([
  [
    'an object that does not exist',
    ['GET', `${MAPS}/none`],
    {
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "none" not found',
      details: { name: 'none', kind: 'configmaps' },
    },
  ],
  [
    'a missing custom object with its group',
    ['GET', `${WIDGET_PATH}/none`],
    {
      message: 'widgets.example.com "none" not found',
      details: { name: 'none', group: 'example.com', kind: 'widgets' },
    },
  ],
  [
    'a missing namespace',
    ['POST', '/api/v1/namespaces/nowhere/configmaps', configMap('a')],
    { code: 404, reason: 'NotFound', message: 'namespaces "nowhere" not found' },
  ],
  [
    'a kind that is not served',
    ['GET', '/apis/example.com/v1/gadgets'],
    { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' },
  ],
  [
    'another namespace in the body',
    ['POST', MAPS, { metadata: { name: 'a', namespace: 'kube-system' } }],
    { code: 400, message: 'the namespace of the provided object does not match the namespace sent on the request' },
  ],
  [
    'another version in the body',
    ['POST', MAPS, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } }],
    { code: 400, reason: 'BadRequest' },
  ],
  [
    'no name at all',
    ['POST', MAPS, { metadata: {} }],
    { code: 422, reason: 'Invalid', details: { causes: [{ field: 'metadata.name', reason: 'FieldValueRequired' }] } },
  ],
  [
    'another name than the URL has',
    ['PUT', '/api/v1/namespaces/kube-system', { metadata: { name: 'other' } }],
    { code: 400, message: 'the name of the object (other) does not match the name on the URL (kube-system)' },
  ],
  [
    'a field that a kind cannot be selected by',
    ['GET', `${MAPS}?fieldSelector=data.x%3D1`],
    { code: 400, message: 'field label not supported: data.x' },
  ],
  ['a selector nobody can read', ['GET', `${MAPS}?labelSelector=a%3Db%3Dc`], { code: 400, reason: 'BadRequest' }],
  [
    'a version it has not reached',
    ['GET', `${MAPS}?resourceVersion=999999999`],
    {
      code: 504,
      reason: 'Timeout',
      details: { retryAfterSeconds: 1, causes: [{ reason: 'ResourceVersionTooLarge' }] },
    },
  ],
  [
    'resourceVersionMatch without a version',
    ['GET', `${MAPS}?resourceVersionMatch=Exact`],
    { code: 422, reason: 'Invalid', details: { causes: [{ field: 'resourceVersionMatch' }] } },
  ],
  [
    'a continue token of somebody else',
    ['GET', `${MAPS}?limit=1&continue=abc`],
    { code: 400, message: 'continue key is not valid' },
  ],
  ['a method', ['PUT', MAPS, {}], { code: 405, reason: 'MethodNotAllowed' }],
  [
    'the deletion of a namespace the cluster needs',
    ['DELETE', '/api/v1/namespaces/kube-system'],
    { code: 403, message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
  ],
  ['an unknown dryRun', ['POST', `${MAPS}?dryRun=Some`, configMap('a')], { code: 422, reason: 'Invalid' }],
])('refuses %s', async (...[, [method, path, body], status]) => {
  const answer = await client.send(method, path, body === undefined ? {} : { body })
  expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...status })
  expect(answer.code).toBe((answer.body as { code: number }).code)
})

test('refuses an object that exists', async () => {
  await created(MAPS, configMap('twice'))
  const { code, body } = await client.send('POST', MAPS, { body: configMap('twice') })
  expect([code, body]).toMatchObject([409, { reason: 'AlreadyExists', message: 'configmaps "twice" already exists' }])
})

test('refuses an update of an older state', async () => {
  const first = metadata(await created(WIDGET_PATH, widget('stale')))
  const next = { ...widget('stale'), metadata: first, spec: { size: 2 } }
  expect((await client.send('PUT', `${WIDGET_PATH}/stale`, { body: next })).code).toBe(200)
  const { code, body } = await client.send('PUT', `${WIDGET_PATH}/stale`, { body: next })
  const message = `Operation cannot be fulfilled on widgets.example.com "stale": the object has been modified; please apply your changes to the latest version and try again`
  expect([code, body]).toMatchObject([409, { reason: 'Conflict', message }])
})

test('refuses an unconditional update of a custom resource only', async () => {
  await created(WIDGET_PATH, widget('loose'))
  await created(MAPS, configMap('loose'))
  const custom = await client.send('PUT', `${WIDGET_PATH}/loose`, { body: widget('loose') })
  const message =
    'widgets.example.com "loose" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update'
  expect([custom.code, custom.body]).toMatchObject([422, { message }])
  expect((await client.send('PUT', `${MAPS}/loose`, { body: configMap('loose', { data: { a: '1' } }) })).code).toBe(200)
})

test('counts generations of the wanted state only', async () => {
  await created(WIDGET_PATH, widget('counted', { spec: { size: 1 } }))
  const patch = async (body: object, part = '') =>
    metadata(
      await client.send('PATCH', `${WIDGET_PATH}/counted${part}`, {
        body,
        contentType: 'application/merge-patch+json',
      }),
    ).generation
  expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe(1)
  expect(await patch({ status: { phase: 'Ready' } }, '/status')).toBe(1)
  expect(await patch({ spec: { size: 2 } })).toBe(2)
})

test('keeps status and spec apart where status is a subresource', async () => {
  const first = await created(WIDGET_PATH, widget('parts', { spec: { size: 1 }, status: { phase: 'mine' } }))
  expect(first.body).not.toHaveProperty('status')
  const merge = { contentType: 'application/merge-patch+json' }
  const body = { spec: { size: 5 }, status: { phase: 'Ready' } }
  const status = await client.send('PATCH', `${WIDGET_PATH}/parts/status`, { body, ...merge })
  expect(status.body).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' } })
  const spec = await client.send('PATCH', `${WIDGET_PATH}/parts`, {
    body: { spec: { size: 5 }, status: null },
    ...merge,
  })
  expect(spec.body).toMatchObject({ spec: { size: 5 }, status: { phase: 'Ready' } })
})

test('writes nothing when an update changes nothing', async () => {
  const { resourceVersion } = metadata(await created(MAPS, configMap('same', { data: { a: '1' } })))
  const body = configMap('same', { data: { a: '1' } })
  expect(metadata(await client.send('PUT', `${MAPS}/same`, { body })).resourceVersion).toBe(resourceVersion)
})

test('refuses changes of metadata that is fixed', async () => {
  await created(MAPS, configMap('fixed'))
  const merge = { contentType: 'application/merge-patch+json' }
  const renamed = await client.send('PATCH', `${MAPS}/fixed`, { body: { metadata: { name: 'other' } }, ...merge })
  expect([renamed.code, renamed.body]).toMatchObject([422, { details: { causes: [{ field: 'metadata.name' }] } }])
  const replaced = await client.send('PATCH', `${MAPS}/fixed`, { body: { metadata: { uid: 'other' } }, ...merge })
  expect([replaced.code, replaced.body]).toMatchObject([409, { reason: 'Conflict' }])
})

test('applies JSON patches and says when a test in one fails', async () => {
  await created(MAPS, configMap('json', { data: { a: '1' } }))
  const patch = (body: object[]) =>
    client.send('PATCH', `${MAPS}/json`, { body, contentType: 'application/json-patch+json' })
  expect((await patch([{ op: 'replace', path: '/data/a', value: '2' }])).body).toMatchObject({ data: { a: '2' } })
  const refused = await patch([{ op: 'test', path: '/data/a', value: '1' }])
  expect([refused.code, refused.body]).toMatchObject([422, { reason: 'Invalid' }])
})

test('refuses a patch of an older state when the patch names its version', async () => {
  await created(MAPS, configMap('versioned'))
  const body = { metadata: { resourceVersion: '1' }, data: { a: '1' } }
  const { code } = await client.send('PATCH', `${MAPS}/versioned`, {
    body,
    contentType: 'application/merge-patch+json',
  })
  expect(code).toBe(409)
})

test.each<[type: string, path: string, message: string]>([
  ['application/apply-patch+yaml', `${MAPS}/x`, 'server-side apply is not served'],
  ['application/strategic-merge-patch+json', `${WIDGET_PATH}/x`, 'unknown format'],
  ['text/plain', `${MAPS}/x`, 'unknown format'],
])('refuses a patch of type %s at %s', async (type, path, message) => {
  const { code, body } = await client.send('PATCH', path, { body: '{}', contentType: type })
  expect([code, body]).toMatchObject([
    415,
    { reason: 'UnsupportedMediaType', message: expect.stringContaining(message) },
  ])
})

test('stores nothing in a dry run', async () => {
  const { code, body } = await client.send('POST', `${MAPS}?dryRun=All`, { body: configMap('dry') })
  expect([code, body]).toMatchObject([201, { metadata: { name: 'dry', uid: expect.any(String) } }])
  expect((await client.send('GET', `${MAPS}/dry`)).code).toBe(404)
})

test('reads YAML', async () => {
  const body = 'metadata:\n  name: yaml\ndata:\n  a: "1"\n'
  const answer = await client.send('POST', MAPS, { body, contentType: 'application/yaml' })
  expect([answer.code, answer.body]).toMatchObject([201, { data: { a: '1' } }])
})

test.each<[what: string, body: string, contentType: string, code: number]>([
  ['JSON that is cut short', '{"metadata":', 'application/json', 400],
  ['protobuf that is none', 'nonsense', 'application/vnd.kubernetes.protobuf', 400],
  ['CBOR', 'x', 'application/cbor', 415],
  ['YAML that is none', 'a: [', 'application/yaml', 400],
])('refuses a body of %s', async (...[, body, contentType, code]) => {
  expect((await client.send('POST', MAPS, { body, contentType })).code).toBe(code)
})

test('answers in the first form that the client accepts', async () => {
  await created(MAPS, configMap('formed'))
  const get = async (accept: string) => (await client.send('GET', `${MAPS}/formed`, { accept })).body
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
  expect(await get(table)).toMatchObject({ kind: 'Table', rows: [{ object: { kind: 'PartialObjectMetadata' } }] })
  expect(await get('application/vnd.kubernetes.protobuf, */*')).toMatchObject({ kind: 'ConfigMap' })
  const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
  expect(await get(partial)).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'formed' } })
  expect(await get('application/vnd.kubernetes.protobuf')).toMatchObject({ code: 406, reason: 'NotAcceptable' })
})

test.each<[what: string, token: string]>([
  ['without a token', ''],
  ['with a wrong token', 'wrong'],
])('answers nobody %s', async (_what, token) => {
  const { code, body } = await client.send('GET', '/api/v1/pods', { token })
  expect([code, body]).toMatchObject([401, { message: 'Unauthorized', reason: 'Unauthorized' }])
})

test('tells everybody that it lives', async () => {
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
    expect((await client.send('GET', path, { token: '' })).code).toBe(200)
  }
})
