import { beforeAll, expect, test } from 'vitest'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const NAMESPACES = '/api/v1/namespaces'
const HERE = `${NAMESPACES}/default`
const MAPS = `${HERE}/configmaps`
const SERVICES = `${HERE}/services`
const STRATEGIC = 'application/strategic-merge-patch+json'
const LONG_AGO = '2001-01-01T00:00:00Z'
const ports = [{ port: 80 }]

const cluster = serveCluster()
beforeAll(() => cluster.create(DEFINITIONS, WIDGET_DEFINITION))

const named = (kind: string, name: string, fields: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...fields,
})
const versionAfter = async (path: string, body: object) =>
  metadataOf(await cluster.send('PUT', path, { body })).resourceVersion

test('a strategic merge patch that is null changes nothing', async () => {
  const { resourceVersion } = metadataOf(await cluster.create(MAPS, named('ConfigMap', 'same')))
  const { code, body } = await cluster.send('PATCH', `${MAPS}/same`, { body: 'null', contentType: STRATEGIC })
  expect([code, body]).toMatchObject([200, { metadata: { resourceVersion } }])
})

test('the time of a deletion is set back, and counts as a change', async () => {
  const metadata = { name: 'held', finalizers: ['example.com/hold'] }
  await cluster.create(MAPS, { ...named('ConfigMap', 'held'), metadata })
  await cluster.send('DELETE', `${MAPS}/held`)
  const leaving = await cluster.send('GET', `${MAPS}/held`)
  const { resourceVersion, deletionTimestamp } = metadataOf(leaving)
  const again = { ...named('ConfigMap', 'held'), metadata: metadataOf(leaving) }
  expect(await versionAfter(`${MAPS}/held`, again)).toBe(resourceVersion)
  const otherTime = { ...again, metadata: { ...again.metadata, deletionTimestamp: LONG_AGO } }
  expect(await versionAfter(`${MAPS}/held`, otherTime)).not.toBe(resourceVersion)
  expect(metadataOf(await cluster.send('GET', `${MAPS}/held`)).deletionTimestamp).toBe(deletionTimestamp)
})

test('an object in deletion that nothing holds goes with the next update, also one that changes nothing', async () => {
  const service = named('Service', 'late', { spec: { ports } })
  const metadata = { name: 'late', deletionTimestamp: LONG_AGO }
  await cluster.send('PUT', `${SERVICES}/late`, { body: { ...service, metadata } })
  expect((await cluster.send('PUT', `${SERVICES}/late`, { body: service })).code).toBe(200)
  expect((await cluster.send('GET', `${SERVICES}/late`)).code).toBe(404)
})

test('a namespace is marked for deletion once, with the finalizer of its first deletion', async () => {
  await cluster.create(NAMESPACES, named('Namespace', 'leaving'))
  const remove = (options: object) => cluster.send('DELETE', `${NAMESPACES}/leaving`, { body: options })
  const first = metadataOf(await remove({ orphanDependents: false }))
  expect(first).toMatchObject({ finalizers: ['foregroundDeletion'] })
  expect(metadataOf(await remove({ propagationPolicy: 'Orphan' }))).toEqual(first)
})

test('a namespace without a phase is active', async () => {
  await cluster.create(NAMESPACES, named('Namespace', 'phased'))
  const body = named('Namespace', 'phased', { status: {} })
  const answer = await cluster.send('PUT', `${NAMESPACES}/phased/status`, { body })
  expect(answer.body).toMatchObject({ status: { phase: 'Active' } })
})

test('a namespace that nothing holds goes with the second request', async () => {
  await cluster.create(NAMESPACES, named('Namespace', 'empty'))
  await cluster.send('PUT', `${NAMESPACES}/empty/finalize`, { body: named('Namespace', 'empty', { spec: {} }) })
  const first = await cluster.send('DELETE', `${NAMESPACES}/empty`)
  expect(metadataOf(first).deletionTimestamp).toBeDefined()
  expect((await cluster.send('DELETE', `${NAMESPACES}/empty`)).code).toBe(200)
  expect((await cluster.send('GET', `${NAMESPACES}/empty`)).code).toBe(404)
})

test('a custom object that calls itself another kind is refused for that, whatever its fields are', async () => {
  const body = { ...widget('odd', { spec: { size: 'large' } }), unknown: 1, kind: 'Gadget' }
  const { code, headers, body: answer } = await cluster.send('POST', WIDGETS, { body })
  const causes = [{ field: 'kind', message: 'Invalid value: "Gadget": must be Widget', reason: 'FieldValueInvalid' }]
  expect([code, headers.warning, answer]).toMatchObject([422, undefined, { details: { causes } }])
})

test('a subresource that a custom kind has not is answered as the object that is not there', async () => {
  const { code, body } = await cluster.send('GET', `${WIDGETS}/any/nothing`)
  expect([code, body]).toMatchObject([404, { message: 'widgets.example.com "any" not found' }])
})

test('a patch may name another API version only to be refused for it', async () => {
  await cluster.create(WIDGETS, widget('patched'))
  const { code, body } = await cluster.mergePatch(`${WIDGETS}/patched`, { apiVersion: 'other/v9' })
  const message = expect.stringMatching(/^Widget\.other "patched" is invalid: apiVersion: Invalid value: "other\/v9"/)
  expect([code, body]).toMatchObject([422, { message, details: { group: 'other' } }])
})

test('a headless Service that selects nothing may have addresses of both families', async () => {
  const { body } = await cluster.create(SERVICES, named('Service', 'plain', { spec: { ports, clusterIP: 'None' } }))
  expect(body).toMatchObject({ spec: { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' } })
})

test('an address that is none is all that is told of a Service', async () => {
  const service = named('Service', 'Bad_Name', { spec: { clusterIP: 'text' } })
  const { code, body } = await cluster.send('POST', SERVICES, { body: service })
  expect([code, body]).toMatchObject([422, { details: { causes: [{ field: 'spec.clusterIPs[0]' }] } }])
})

test('a Deployment keeps its labels when its status is written', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const labels = { app: 'a' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const spec = { selector: { matchLabels: labels }, template }
  await cluster.create(path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', labels }, spec })
  const patch = { metadata: { labels: { app: 'b' } }, status: { replicas: 1 } }
  const { body } = await cluster.mergePatch(`${path}/d/status`, patch)
  expect(body).toMatchObject({ metadata: { labels }, status: { replicas: 1 } })
})
