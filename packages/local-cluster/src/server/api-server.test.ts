import { beforeAll, expect, test } from 'vitest'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const cluster = serveCluster()
beforeAll(() => cluster.create(DEFINITIONS, WIDGET_DEFINITION))

function configMap(name: string, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...fields }
}

test('sets system metadata of a new object', async () => {
  const { resourceVersion, uid, creationTimestamp, generation } = metadataOf(
    await cluster.create(WIDGETS, widget('system')),
  )
  expect(resourceVersion).toMatch(/^\d+$/)
  expect(uid).toMatch(/^[0-9a-f-]{36}$/)
  expect(creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(generation).toBe(1)
})

test('names an object from generateName', async () => {
  const answer = await cluster.create(MAPS, { metadata: { generateName: 'made-' } })
  expect(metadataOf(answer).name).toMatch(/^made-[a-z0-9]{5}$/)
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
    ['GET', `${WIDGETS}/none`],
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
    { code: 400, message: '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"' },
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
    { code: 400, message: expect.stringContaining('invalid continue token: continue key is not valid: ') },
  ],
  ['a method', ['PUT', MAPS, {}], { code: 405, reason: 'MethodNotAllowed' }],
  [
    'the deletion of a namespace the cluster needs',
    ['DELETE', '/api/v1/namespaces/kube-system'],
    { code: 403, message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
  ],
  ['an unknown dryRun', ['POST', `${MAPS}?dryRun=Some`, configMap('a')], { code: 422, reason: 'Invalid' }],
])('refuses %s', async (...[, [method, path, body], status]) => {
  const answer = await cluster.send(method, path, body === undefined ? {} : { body })
  expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...status })
  expect(answer.code).toBe((answer.body as { code: number }).code)
})

test('reads YAML', async () => {
  const body = 'metadata:\n  name: yaml\ndata:\n  a: "1"\n'
  const answer = await cluster.send('POST', MAPS, { body, contentType: 'application/yaml' })
  expect([answer.code, answer.body]).toMatchObject([201, { data: { a: '1' } }])
})

test.each<[what: string, body: string, contentType: string, code: number]>([
  ['JSON that is cut short', '{"metadata":', 'application/json', 400],
  ['protobuf that is none', 'nonsense', 'application/vnd.kubernetes.protobuf', 400],
  ['CBOR', 'x', 'application/cbor', 415],
  ['YAML that is none', 'a: [', 'application/yaml', 400],
])('refuses a body of %s', async (...[, body, contentType, code]) => {
  expect((await cluster.send('POST', MAPS, { body, contentType })).code).toBe(code)
})

test('answers in the first form that the client accepts', async () => {
  await cluster.create(MAPS, configMap('formed'))
  const get = async (accept: string) => (await cluster.send('GET', `${MAPS}/formed`, { accept })).body
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
  const { code, body } = await cluster.send('GET', '/api/v1/pods', { token })
  expect([code, body]).toMatchObject([401, { message: 'Unauthorized', reason: 'Unauthorized' }])
})

test('tells everybody that it lives', async () => {
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
    expect((await cluster.send('GET', path, { token: '' })).code).toBe(200)
  }
})
