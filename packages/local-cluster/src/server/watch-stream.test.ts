import { afterEach, expect, test } from 'vitest'
import { type LocalCluster, type LocalClusterOptions, startLocalCluster } from '../local-cluster.ts'
import { createRawClient, type RawClient } from '../testing/raw-client.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: LocalClusterOptions = {}): Promise<{ cluster: LocalCluster; client: RawClient }> {
  const cluster = await startLocalCluster({ controllers: false, kubelet: false, ...options })
  const client = createRawClient(cluster)
  stops.push(client.close, cluster.stop)
  return { cluster, client }
}

async function create(
  client: RawClient,
  name: string,
  fields: { labels?: object; data?: object } = {},
): Promise<string> {
  const { labels = {}, data = {} } = fields
  const { body } = await client.send('POST', MAPS, { body: { metadata: { name, labels }, data } })
  return versionOf(body)
}

function versionOf(body: unknown): string {
  return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion
}

async function change(client: RawClient, name: string, patch: object): Promise<string> {
  const { body } = await client.send('PATCH', `${MAPS}/${name}`, {
    body: patch,
    contentType: 'application/merge-patch+json',
  })
  return versionOf(body)
}

function named({ type, object }: { type: string; object: { metadata: { name: string } } }): [string, string] {
  return [type, object.metadata.name]
}

test('resumes from a list without loss or repetition', async () => {
  const { client } = await started()
  await create(client, 'before')
  const list = await client.send('GET', MAPS)
  await create(client, 'between')
  const watch = await client.watch(`${MAPS}?watch=1&resourceVersion=${versionOf(list.body)}`)
  await change(client, 'before', { data: { a: '1' } })
  await client.send('DELETE', `${MAPS}/between`)
  expect([named(await watch.next()), named(await watch.next()), named(await watch.next())]).toEqual([
    ['ADDED', 'between'],
    ['MODIFIED', 'before'],
    ['DELETED', 'between'],
  ])
})

test('begins with what exists when no version is given', async () => {
  const { client } = await started()
  await create(client, 'one')
  const watch = await client.watch(`${MAPS}?watch=true`)
  expect(named(await watch.next())).toEqual(['ADDED', 'one'])
})

test('tells of an object that starts or stops to match a selector', async () => {
  const { client } = await started()
  await create(client, 'other')
  const version = await create(client, 'moving')
  const watch = await client.watch(`${MAPS}?watch=1&resourceVersion=${version}&labelSelector=on%3Dyes`)
  await change(client, 'moving', { metadata: { labels: { on: 'yes' } } })
  await change(client, 'moving', { data: { a: '1' } })
  await change(client, 'moving', { metadata: { labels: { on: 'no' } } })
  await change(client, 'moving', { data: { a: '2' } })
  await change(client, 'other', { metadata: { labels: { on: 'yes' } } })
  const types = [await watch.next(), await watch.next(), await watch.next(), await watch.next()].map(named)
  expect(types).toEqual([
    ['ADDED', 'moving'],
    ['MODIFIED', 'moving'],
    ['DELETED', 'moving'],
    ['ADDED', 'other'],
  ])
})

test('shows a deleted object at the version of its deletion', async () => {
  const { client } = await started()
  const version = await create(client, 'gone')
  const watch = await client.watch(`${MAPS}?watch=1&resourceVersion=${version}`)
  await client.send('DELETE', `${MAPS}/gone`)
  const { type, object } = await watch.next()
  expect(type).toBe('DELETED')
  expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(version))
})

test('ends the initial events with a bookmark', async () => {
  const { client } = await started()
  const version = await create(client, 'one')
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const watch = await client.watch(`${MAPS}?${query}`)
  expect(named(await watch.next())).toEqual(['ADDED', 'one'])
  const { type, object } = await watch.next()
  expect([type, object]).toMatchObject([
    'BOOKMARK',
    { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  ])
  expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(version))
})

test('refuses initial events that are not asked for properly', async () => {
  const { client } = await started()
  const { code, body } = await client.send('GET', `${MAPS}?watch=1&sendInitialEvents=true`)
  expect([code, body]).toMatchObject([422, { reason: 'Invalid' }])
})

test('says in the stream that history is gone', async () => {
  const { client } = await started({ historyLimit: 2 })
  const version = await create(client, 'one')
  for (const a of ['1', '2', '3', '4', '5']) await change(client, 'one', { data: { a } })
  const watch = await client.watch(`${MAPS}?watch=1&resourceVersion=${version}`)
  expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
  await watch.ended()
})

test('says by the status of the response that history is gone, when told to', async () => {
  const { client } = await started({ historyLimit: 2, goneWatch: 'response' })
  const version = await create(client, 'one')
  for (const a of ['1', '2', '3', '4', '5']) await change(client, 'one', { data: { a } })
  const { code, body } = await client.send('GET', `${MAPS}?watch=1&resourceVersion=${version}`)
  expect([code, body]).toMatchObject([410, { reason: 'Expired' }])
})

test('keeps a chunked list as it was at its first page', async () => {
  const { client } = await started()
  for (const name of ['a', 'b', 'c']) await create(client, name)
  const first = await client.send('GET', `${MAPS}?limit=2`)
  expect(first.body).toMatchObject({ items: [{}, {}], metadata: { remainingItemCount: 1 } })
  await client.send('DELETE', `${MAPS}/c`)
  await create(client, 'd')
  const token = (first.body as { metadata: { continue: string } }).metadata.continue
  const second = await client.send('GET', `${MAPS}?limit=2&continue=${token}`)
  expect(second.body).toMatchObject({ items: [{ metadata: { name: 'c' } }] })
  expect(versionOf(second.body)).toBe(versionOf(first.body))
})

test('refuses to go on with a list whose history is gone', async () => {
  const { client } = await started({ historyLimit: 2 })
  for (const name of ['a', 'b', 'c']) await create(client, name)
  const first = await client.send('GET', `${MAPS}?limit=2`)
  for (const a of ['1', '2', '3', '4', '5']) await change(client, 'a', { data: { a } })
  const token = (first.body as { metadata: { continue: string } }).metadata.continue
  const { code, body } = await client.send('GET', `${MAPS}?limit=2&continue=${token}`)
  expect([code, body]).toMatchObject([410, { reason: 'Expired' }])
})

test('ends a watch when its time is over, with a last bookmark', async () => {
  const due: { ms: number; callback: () => void }[] = []
  const clock = {
    now: () => Date.now(),
    after(ms: number, callback: () => void) {
      due.push({ ms, callback })
      return () => undefined
    },
  }
  const { client } = await started({ clock })
  await create(client, 'one')
  const watch = await client.watch(`${MAPS}?watch=1&timeoutSeconds=7&allowWatchBookmarks=true`)
  await watch.next()
  due.find(({ ms }) => ms === 7_000)?.callback()
  expect(await watch.next()).toMatchObject({ type: 'BOOKMARK' })
  await watch.ended()
})

test('watches one object by the older form of its path', async () => {
  const { client } = await started()
  await create(client, 'one')
  await create(client, 'two')
  const watch = await client.watch(`${MAPS.replace('/v1/', '/v1/watch/')}/two`)
  expect(named(await watch.next())).toEqual(['ADDED', 'two'])
})

test('sends tables to a watcher that asks for them', async () => {
  const { client } = await started()
  await create(client, 'one')
  const watch = await client.watch(`${MAPS}?watch=1`, 'application/json;as=Table;v=v1;g=meta.k8s.io')
  expect(await watch.next()).toMatchObject({
    type: 'ADDED',
    object: { kind: 'Table', rows: [{ object: { metadata: { name: 'one' } } }] },
  })
})

test('tells a watcher in this process after the write, and stops with its signal', async () => {
  const { cluster } = await started()
  const kind = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }
  const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
  const stopping = new AbortController()
  const seen: string[] = []
  cluster.access.watch(
    kind,
    {},
    ({ type, object: { metadata } }) => seen.push(`${type} ${metadata.name}`),
    stopping.signal,
  )
  await cluster.access.create(kind, object('one'))
  await cluster.access.delete(kind, { name: 'one', namespace: 'default' })
  stopping.abort()
  await cluster.access.create(kind, object('two'))
  expect(seen).toEqual(['ADDED one', 'DELETED one'])
})
