import { beforeAll, expect, test } from 'vitest'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const cluster = serveCluster()
beforeAll(() => cluster.create(DEFINITIONS, WIDGET_DEFINITION))

function configMap(name: string, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...fields }
}

test('refuses an object that exists', async () => {
  await cluster.create(MAPS, configMap('twice'))
  const { code, body } = await cluster.send('POST', MAPS, { body: configMap('twice') })
  expect([code, body]).toMatchObject([409, { reason: 'AlreadyExists', message: 'configmaps "twice" already exists' }])
})

test('refuses an update of an older state', async () => {
  const first = metadataOf(await cluster.create(WIDGETS, widget('stale')))
  const next = { ...widget('stale'), metadata: first, spec: { size: 2 } }
  expect((await cluster.send('PUT', `${WIDGETS}/stale`, { body: next })).code).toBe(200)
  const { code, body } = await cluster.send('PUT', `${WIDGETS}/stale`, { body: next })
  const message = `Operation cannot be fulfilled on widgets.example.com "stale": the object has been modified; please apply your changes to the latest version and try again`
  expect([code, body]).toMatchObject([409, { reason: 'Conflict', message }])
})

test('refuses an unconditional update of a custom resource only', async () => {
  await cluster.create(WIDGETS, widget('loose'))
  await cluster.create(MAPS, configMap('loose'))
  const custom = await cluster.send('PUT', `${WIDGETS}/loose`, { body: widget('loose') })
  const message =
    'widgets.example.com "loose" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update'
  expect([custom.code, custom.body]).toMatchObject([422, { message }])
  expect((await cluster.send('PUT', `${MAPS}/loose`, { body: configMap('loose', { data: { a: '1' } }) })).code).toBe(
    200,
  )
})

test('counts generations of the wanted state only', async () => {
  await cluster.create(WIDGETS, widget('counted', { spec: { size: 1 } }))
  const patch = async (body: object, part = '') =>
    metadataOf(
      await cluster.send('PATCH', `${WIDGETS}/counted${part}`, {
        body,
        contentType: 'application/merge-patch+json',
      }),
    ).generation
  expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe(1)
  expect(await patch({ status: { phase: 'Ready' } }, '/status')).toBe(1)
  expect(await patch({ spec: { size: 2 } })).toBe(2)
})

test('keeps status and spec apart where status is a subresource', async () => {
  const first = await cluster.create(WIDGETS, widget('parts', { spec: { size: 1 }, status: { phase: 'mine' } }))
  expect(first.body).not.toHaveProperty('status')
  const body = { spec: { size: 5 }, status: { phase: 'Ready' } }
  const status = await cluster.mergePatch(`${WIDGETS}/parts/status`, body)
  expect(status.body).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' } })
  const spec = await cluster.mergePatch(`${WIDGETS}/parts`, { spec: { size: 5 }, status: null })
  expect(spec.body).toMatchObject({ spec: { size: 5 }, status: { phase: 'Ready' } })
})

test('writes nothing when an update changes nothing', async () => {
  const { resourceVersion } = metadataOf(await cluster.create(MAPS, configMap('same', { data: { a: '1' } })))
  const body = configMap('same', { data: { a: '1' } })
  expect(metadataOf(await cluster.send('PUT', `${MAPS}/same`, { body })).resourceVersion).toBe(resourceVersion)
})

test('refuses changes of metadata that is fixed', async () => {
  await cluster.create(MAPS, configMap('fixed'))
  const renamed = await cluster.mergePatch(`${MAPS}/fixed`, { metadata: { name: 'other' } })
  const message = 'the name of the object (other) does not match the name on the URL (fixed)'
  expect([renamed.code, renamed.body]).toMatchObject([400, { reason: 'BadRequest', message }])
  const replaced = await cluster.mergePatch(`${MAPS}/fixed`, { metadata: { uid: 'other' } })
  expect([replaced.code, replaced.body]).toMatchObject([422, { reason: 'Invalid' }])
})

test('applies JSON patches and says when a test in one fails', async () => {
  await cluster.create(MAPS, configMap('json', { data: { a: '1' } }))
  const patch = (body: object[]) =>
    cluster.send('PATCH', `${MAPS}/json`, { body, contentType: 'application/json-patch+json' })
  expect((await patch([{ op: 'replace', path: '/data/a', value: '2' }])).body).toMatchObject({ data: { a: '2' } })
  const refused = await patch([{ op: 'test', path: '/data/a', value: '1' }])
  expect([refused.code, refused.body]).toMatchObject([422, { reason: 'Invalid' }])
})

test('refuses a patch of an older state when the patch names its version', async () => {
  await cluster.create(MAPS, configMap('versioned'))
  const body = { metadata: { resourceVersion: '1' }, data: { a: '1' } }
  const { code } = await cluster.send('PATCH', `${MAPS}/versioned`, {
    body,
    contentType: 'application/merge-patch+json',
  })
  expect(code).toBe(409)
})

test.each<[type: string, path: string, message: string]>([
  ['application/apply-patch+yaml', `${MAPS}/x`, 'server-side apply is not served'],
  ['application/strategic-merge-patch+json', `${WIDGETS}/x`, 'unknown format'],
  ['text/plain', `${MAPS}/x`, '415: Unsupported Media Type'],
])('refuses a patch of type %s at %s', async (type, path, message) => {
  const { code, body } = await cluster.send('PATCH', path, { body: '{}', contentType: type })
  expect([code, body]).toMatchObject([
    415,
    { reason: 'UnsupportedMediaType', message: expect.stringContaining(message) },
  ])
})

test('stores nothing in a dry run', async () => {
  const { code, body } = await cluster.send('POST', `${MAPS}?dryRun=All`, { body: configMap('dry') })
  expect([code, body]).toMatchObject([201, { metadata: { name: 'dry', uid: expect.any(String) } }])
  expect((await cluster.send('GET', `${MAPS}/dry`)).code).toBe(404)
})
