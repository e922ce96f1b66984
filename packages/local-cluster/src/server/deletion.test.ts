import { expect, test } from 'vitest'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const PODS = '/api/v1/namespaces/default/pods'
const cluster = serveCluster()

function pod(name: string, spec: object = {}) {
  return { metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } }
}

test('answers a Status for most kinds and the object for pods', async () => {
  const { uid } = metadataOf(await cluster.create(MAPS, { metadata: { name: 'plain' } }))
  const map = await cluster.send('DELETE', `${MAPS}/plain`)
  const details = { name: 'plain', kind: 'configmaps', uid }
  expect([map.code, map.body]).toEqual([
    200,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  ])
  await cluster.create(PODS, pod('plain'))
  expect((await cluster.send('DELETE', `${PODS}/plain`)).body).toMatchObject({
    kind: 'Pod',
    metadata: { name: 'plain' },
  })
})

test('keeps an object until its last finalizer is gone', async () => {
  await cluster.create(MAPS, { metadata: { name: 'held', finalizers: ['example.com/a'] } })
  const first = await cluster.send('DELETE', `${MAPS}/held`)
  expect(first.body).toMatchObject({
    metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 },
  })
  const added = await cluster.mergePatch(`${MAPS}/held`, {
    metadata: { finalizers: ['example.com/a', 'example.com/b'] },
  })
  const message =
    'no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}'
  expect([added.code, added.body]).toMatchObject([422, { message: expect.stringContaining(message) }])
  await cluster.mergePatch(`${MAPS}/held`, { metadata: { finalizers: null } })
  expect((await cluster.send('GET', `${MAPS}/held`)).code).toBe(404)
})

test('deletes only the object that the precondition names', async () => {
  const { uid, resourceVersion } = metadataOf(await cluster.create(MAPS, { metadata: { name: 'guarded' } }))
  const other = await cluster.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { uid: 'other' } } })
  const message = `Operation cannot be fulfilled on ConfigMap "guarded": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
  expect([other.code, other.body]).toMatchObject([409, { reason: 'Conflict', message }])
  const older = await cluster.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { resourceVersion: '1' } } })
  expect(older.code).toBe(409)
  const right = await cluster.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { uid, resourceVersion } } })
  expect(right.code).toBe(200)
})

test.each([
  ['Foreground', ['foregroundDeletion']],
  ['Orphan', ['orphan']],
])('leaves %s deletion to the garbage collector by a finalizer', async (propagationPolicy, finalizers) => {
  await cluster.create(MAPS, { metadata: { name: 'owner' } })
  const answer = await cluster.send('DELETE', `${MAPS}/owner`, { body: { propagationPolicy } })
  expect(answer.body).toMatchObject({ metadata: { finalizers, deletionTimestamp: expect.any(String) } })
  await cluster.mergePatch(`${MAPS}/owner`, { metadata: { finalizers: null } })
  expect((await cluster.send('GET', `${MAPS}/owner`)).code).toBe(404)
})

test('gives a pod that runs somewhere its time to end', async () => {
  await cluster.create(PODS, pod('placed', { nodeName: 'n1' }))
  const first = await cluster.send('DELETE', `${PODS}/placed`)
  expect(first.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } })
  const shorter = await cluster.send('DELETE', `${PODS}/placed?gracePeriodSeconds=5`)
  expect(shorter.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 5 } })
  expect((await cluster.send('GET', `${PODS}/placed`)).code).toBe(200)
  await cluster.send('DELETE', `${PODS}/placed`, { body: { gracePeriodSeconds: 0 } })
  expect((await cluster.send('GET', `${PODS}/placed`)).code).toBe(404)
})

test('deletes a collection by selector', async () => {
  for (const [name, on] of Object.entries({ d1: 'yes', d2: 'yes', d3: 'no' })) {
    await cluster.create(MAPS, { metadata: { name, labels: { on } } })
  }
  const answer = await cluster.send('DELETE', `${MAPS}?labelSelector=on%3Dyes`)
  expect(answer.body).toMatchObject({ kind: 'ConfigMapList', items: [{}, {}] })
  const left = await cluster.send('GET', `${MAPS}?labelSelector=on`)
  expect(left.body).toMatchObject({ items: [{ metadata: { name: 'd3' } }] })
})

test('holds a namespace until it is finalized and refuses new content meanwhile', async () => {
  await cluster.create('/api/v1/namespaces', { metadata: { name: 'ending' } })
  const path = '/api/v1/namespaces/ending'
  const deleted = await cluster.send('DELETE', path)
  expect(deleted.body).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } })
  const refused = await cluster.send('POST', `${path}/configmaps`, { body: { metadata: { name: 'late' } } })
  const message =
    'configmaps "late" is forbidden: unable to create new content in namespace ending because it is being terminated'
  const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }]
  expect([refused.code, refused.body]).toMatchObject([403, { reason: 'Forbidden', message, details: { causes } }])
  const { body } = await cluster.send('GET', path)
  const finalized = { ...(body as object), spec: { finalizers: [] } }
  expect((await cluster.send('PUT', `${path}/finalize`, { body: finalized })).code).toBe(200)
  expect((await cluster.send('GET', path)).code).toBe(404)
})

test('deletes all objects of a custom kind before the kind goes', async () => {
  await cluster.create(DEFINITIONS, WIDGET_DEFINITION)
  await cluster.create(WIDGETS, widget('free'))
  await cluster.create(WIDGETS, widget('held', { metadata: { finalizers: ['example.com/a'] } }))
  const definition = `${DEFINITIONS}/widgets.example.com`
  await cluster.send('DELETE', definition)
  expect((await cluster.send('GET', WIDGETS)).body).toMatchObject({ items: [{ metadata: { name: 'held' } }] })
  expect((await cluster.send('POST', WIDGETS, { body: widget('late') })).code).toBe(405)
  await cluster.mergePatch(`${WIDGETS}/held`, { metadata: { finalizers: null } })
  await expect.poll(async () => (await cluster.send('GET', definition)).code).toBe(404)
  expect((await cluster.send('GET', WIDGETS)).code).toBe(404)
})

test('gives no Service address out twice, and an address back', async () => {
  const path = '/api/v1/namespaces/default/services'
  const service = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  })
  const addressOf = async (name: string, spec: object = {}) => {
    const { body } = await cluster.send('POST', path, { body: service(name, spec) })
    return (body as { spec?: { clusterIP?: string } }).spec?.clusterIP
  }
  const first = await addressOf('s1')
  expect(first).toMatch(/^10\.0\.\d+\.\d+$/)
  expect(await addressOf('s2')).not.toBe(first)
  expect(await addressOf('headless', { clusterIP: 'None' })).toBe('None')
  const refused = await cluster.send('POST', path, { body: service('s3', { clusterIP: first }) })
  expect([refused.code, refused.body]).toMatchObject([
    422,
    { message: expect.stringContaining('provided IP is already allocated') },
  ])
  await cluster.send('DELETE', `${path}/s1`)
  expect(await addressOf('s3', { clusterIP: first })).toBe(first)
})
