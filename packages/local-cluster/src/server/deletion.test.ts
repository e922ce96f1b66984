import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalCluster, startLocalCluster } from '../local-cluster.ts'
import { createRawClient, type RawClient } from '../testing/raw-client.ts'

let cluster: LocalCluster
let client: RawClient
const merge = { contentType: 'application/merge-patch+json' }
const MAPS = '/api/v1/namespaces/default/configmaps'
const PODS = '/api/v1/namespaces/default/pods'
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

beforeAll(async () => {
  cluster = await startLocalCluster({ controllers: false, kubelet: false })
  client = createRawClient(cluster)
})

afterAll(async () => {
  await client.close()
  await cluster.stop()
})

async function create(path: string, body: object): Promise<{ uid: string; resourceVersion: string }> {
  const answer = await client.send('POST', path, { body })
  expect(answer.code, JSON.stringify(answer.body)).toBe(201)
  return (answer.body as { metadata: { uid: string; resourceVersion: string } }).metadata
}

function pod(name: string, spec: object = {}) {
  return { metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } }
}

test('answers a Status for most kinds and the object for pods', async () => {
  const { uid } = await create(MAPS, { metadata: { name: 'plain' } })
  const map = await client.send('DELETE', `${MAPS}/plain`)
  const details = { name: 'plain', kind: 'configmaps', uid }
  expect([map.code, map.body]).toEqual([
    200,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  ])
  await create(PODS, pod('plain'))
  expect((await client.send('DELETE', `${PODS}/plain`)).body).toMatchObject({
    kind: 'Pod',
    metadata: { name: 'plain' },
  })
})

test('keeps an object until its last finalizer is gone', async () => {
  await create(MAPS, { metadata: { name: 'held', finalizers: ['example.com/a'] } })
  const first = await client.send('DELETE', `${MAPS}/held`)
  expect(first.body).toMatchObject({
    metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 },
  })
  const added = await client.send('PATCH', `${MAPS}/held`, {
    body: { metadata: { finalizers: ['example.com/a', 'example.com/b'] } },
    ...merge,
  })
  const message =
    'no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}'
  expect([added.code, added.body]).toMatchObject([422, { message: expect.stringContaining(message) }])
  await client.send('PATCH', `${MAPS}/held`, { body: { metadata: { finalizers: null } }, ...merge })
  expect((await client.send('GET', `${MAPS}/held`)).code).toBe(404)
})

test('deletes only the object that the precondition names', async () => {
  const { uid, resourceVersion } = await create(MAPS, { metadata: { name: 'guarded' } })
  const other = await client.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { uid: 'other' } } })
  const message = `Operation cannot be fulfilled on configmaps "guarded": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
  expect([other.code, other.body]).toMatchObject([409, { reason: 'Conflict', message }])
  const older = await client.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { resourceVersion: '1' } } })
  expect(older.code).toBe(409)
  const right = await client.send('DELETE', `${MAPS}/guarded`, { body: { preconditions: { uid, resourceVersion } } })
  expect(right.code).toBe(200)
})

test.each([
  ['Foreground', ['foregroundDeletion']],
  ['Orphan', ['orphan']],
])('leaves %s deletion to the garbage collector by a finalizer', async (propagationPolicy, finalizers) => {
  await create(MAPS, { metadata: { name: 'owner' } })
  const answer = await client.send('DELETE', `${MAPS}/owner`, { body: { propagationPolicy } })
  expect(answer.body).toMatchObject({ metadata: { finalizers, deletionTimestamp: expect.any(String) } })
  await client.send('PATCH', `${MAPS}/owner`, { body: { metadata: { finalizers: null } }, ...merge })
  expect((await client.send('GET', `${MAPS}/owner`)).code).toBe(404)
})

test('gives a pod that runs somewhere its time to end', async () => {
  await create(PODS, pod('placed', { nodeName: 'n1' }))
  const first = await client.send('DELETE', `${PODS}/placed`)
  expect(first.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } })
  const shorter = await client.send('DELETE', `${PODS}/placed?gracePeriodSeconds=5`)
  expect(shorter.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 5 } })
  expect((await client.send('GET', `${PODS}/placed`)).code).toBe(200)
  await client.send('DELETE', `${PODS}/placed`, { body: { gracePeriodSeconds: 0 } })
  expect((await client.send('GET', `${PODS}/placed`)).code).toBe(404)
})

test('deletes a collection by selector', async () => {
  for (const [name, on] of Object.entries({ d1: 'yes', d2: 'yes', d3: 'no' })) {
    await create(MAPS, { metadata: { name, labels: { on } } })
  }
  const answer = await client.send('DELETE', `${MAPS}?labelSelector=on%3Dyes`)
  expect(answer.body).toMatchObject({ kind: 'ConfigMapList', items: [{}, {}] })
  const left = await client.send('GET', `${MAPS}?labelSelector=on`)
  expect(left.body).toMatchObject({ items: [{ metadata: { name: 'd3' } }] })
})

test('holds a namespace until it is finalized and refuses new content meanwhile', async () => {
  await create('/api/v1/namespaces', { metadata: { name: 'ending' } })
  const path = '/api/v1/namespaces/ending'
  const deleted = await client.send('DELETE', path)
  expect(deleted.body).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } })
  const refused = await client.send('POST', `${path}/configmaps`, { body: { metadata: { name: 'late' } } })
  const message =
    'configmaps "late" is forbidden: unable to create new content in namespace ending because it is being terminated'
  const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }]
  expect([refused.code, refused.body]).toMatchObject([403, { reason: 'Forbidden', message, details: { causes } }])
  const { body } = await client.send('GET', path)
  const finalized = { ...(body as object), spec: { finalizers: [] } }
  expect((await client.send('PUT', `${path}/finalize`, { body: finalized })).code).toBe(200)
  expect((await client.send('GET', path)).code).toBe(404)
})

test('deletes all objects of a custom kind before the kind goes', async () => {
  const schema = { openAPIV3Schema: { type: 'object' } }
  await create(CRDS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const path = '/apis/example.com/v1/gadgets'
  const gadget = (name: string, finalizers: string[]) => ({
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: { name, finalizers },
  })
  await create(path, gadget('free', []))
  await create(path, gadget('held', ['example.com/a']))
  await client.send('DELETE', `${CRDS}/gadgets.example.com`)
  expect((await client.send('GET', path)).body).toMatchObject({ items: [{ metadata: { name: 'held' } }] })
  expect((await client.send('POST', path, { body: gadget('late', []) })).code).toBe(405)
  await client.send('PATCH', `${path}/held`, { body: { metadata: { finalizers: null } }, ...merge })
  await expect.poll(async () => (await client.send('GET', `${CRDS}/gadgets.example.com`)).code).toBe(404)
  expect((await client.send('GET', path)).code).toBe(404)
})

test('gives no Service address out twice, and an address back', async () => {
  const path = '/api/v1/namespaces/default/services'
  const service = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  })
  const addressOf = async (name: string, spec: object = {}) => {
    const { body } = await client.send('POST', path, { body: service(name, spec) })
    return (body as { spec?: { clusterIP?: string } }).spec?.clusterIP
  }
  const first = await addressOf('s1')
  expect(first).toMatch(/^10\.0\.\d+\.\d+$/)
  expect(await addressOf('s2')).not.toBe(first)
  expect(await addressOf('headless', { clusterIP: 'None' })).toBe('None')
  const refused = await client.send('POST', path, { body: service('s3', { clusterIP: first }) })
  expect([refused.code, refused.body]).toMatchObject([
    422,
    { message: expect.stringContaining('provided IP is already allocated') },
  ])
  await client.send('DELETE', `${path}/s1`)
  expect(await addressOf('s3', { clusterIP: first })).toBe(first)
})
