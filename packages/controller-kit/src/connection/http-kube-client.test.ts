import { describe, expect, test } from 'vitest'
import type { Node } from '../core-objects.ts'
import { LEASES, NODES, PODS, SECRETS } from '../core-resources.ts'
import { ApiError, isConflict } from '../errors.ts'
import type { KubeClient } from '../kube-client.ts'
import type { Exchange } from '../testing/stub-api-server.ts'
import { stubbedClient } from '../testing/stubbed-client.ts'

const aNode: Node = { metadata: { name: 'n' } }
const preconditions = { uid: 'u' }

describe('requests', () => {
  const json = 'application/json'
  type Sent = Partial<Exchange> & { type?: string }
  test.each<[string, (client: KubeClient) => Promise<unknown>, Sent]>([
    ['get', (client) => client.get(NODES, { name: 'n' }), { method: 'GET', path: '/api/v1/nodes/n' }],
    [
      'create',
      (client) => client.create(LEASES, { metadata: { name: 'l', namespace: 'x' } }),
      {
        method: 'POST',
        path: '/apis/coordination.k8s.io/v1/namespaces/x/leases',
        type: json,
        body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l', namespace: 'x' } },
      },
    ],
    [
      'replace',
      (client) => client.replace(NODES, aNode),
      { method: 'PUT', path: '/api/v1/nodes/n', body: { apiVersion: 'v1', kind: 'Node', ...aNode } },
    ],
    [
      'mergePatch of a subresource',
      (client) => client.mergePatch(NODES, { name: 'n' }, { status: {} }, { subresource: 'status' }),
      { method: 'PATCH', path: '/api/v1/nodes/n/status', type: 'application/merge-patch+json', body: { status: {} } },
    ],
    [
      'delete',
      (client) => client.delete(NODES, { name: 'n' }, { preconditions, propagationPolicy: 'Background' }),
      {
        method: 'DELETE',
        path: '/api/v1/nodes/n',
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: 'Background' },
      },
    ],
    [
      'evict',
      (client) => client.evict({ name: 'p', namespace: 'x' }, preconditions),
      {
        method: 'POST',
        path: '/api/v1/namespaces/x/pods/p/eviction',
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: 'p', namespace: 'x' },
          deleteOptions: { preconditions },
        },
      },
    ],
  ])('%s', async (_name, call, { type, ...expected }) => {
    const { server, client } = await stubbedClient()
    const answer = call(client)
    const sent = await server.take()
    expect(sent).toMatchObject(expected)
    expect(sent.headers).toMatchObject({ authorization: 'Bearer first', 'user-agent': 'kit/1', accept: json })
    if (type) expect(sent.headers['content-type']).toBe(type)
    sent.json(200, aNode)
    await answer
  })

  test('are counted by verb, resource and status', async () => {
    const { server, client, metrics } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).json(200, aNode)
    await reading
    expect(await metrics.registry.metrics()).toContain(
      'kube_requests_total{verb="get",resource="nodes",status="200"} 1',
    )
  })
})

test('a dry run is told to the server', async () => {
  const { server, client } = await stubbedClient()
  const creating = client.create(LEASES, { metadata: { name: 'l', namespace: 'x' } }, { dryRun: true })
  const sent = await server.take()
  expect(sent).toMatchObject({
    method: 'POST',
    path: '/apis/coordination.k8s.io/v1/namespaces/x/leases',
    query: { dryRun: 'All' },
  })
  sent.json(201, { metadata: { name: 'l' } })
  await creating
})

test('a print answers the cells by the names of their columns, and asks for nothing else of the object', async () => {
  const { server, client } = await stubbedClient()
  const printing = client.print(SECRETS, { namespace: 'x', name: 'push' })
  const sent = await server.take()
  expect(sent).toMatchObject({
    method: 'GET',
    path: '/api/v1/namespaces/x/secrets/push',
    query: { includeObject: 'None' },
  })
  expect(sent.headers.accept).toBe('application/json;as=Table;v=v1;g=meta.k8s.io')
  const columnDefinitions = ['Name', 'Type', 'Data', 'Age'].map((name) => ({ name, type: 'string' }))
  sent.json(200, { columnDefinitions, rows: [{ cells: ['push', 'kubernetes.io/dockerconfigjson', 1, '3s'] }] })
  expect(await printing).toEqual({ Name: 'push', Type: 'kubernetes.io/dockerconfigjson', Data: 1, Age: '3s' })
})

test('a deletion answers the object that is held, and nothing when it is gone', async () => {
  const { server, client } = await stubbedClient()
  const holding = client.delete(NODES, { name: 'n' }, { preconditions })
  ;(await server.take()).json(200, aNode)
  expect(await holding).toEqual(aNode)
  const removing = client.delete(NODES, { name: 'n' }, { preconditions })
  ;(await server.take()).json(200, { kind: 'Status', status: 'Success' })
  expect(await removing).toBeUndefined()
})

describe('absence', () => {
  const about = (name: string, kind: string) => ({ details: { name, kind } })
  test('of this very object is no error', async () => {
    const { server, client } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).refuse(404, 'NotFound', about('n', 'nodes'))
    expect(await reading).toBeUndefined()
    const deleting = client.delete(NODES, { name: 'n' }, { preconditions })
    ;(await server.take()).refuse(404, 'NotFound', about('n', 'nodes'))
    await deleting
    const evicting = client.evict({ name: 'p', namespace: 'x' }, preconditions)
    ;(await server.take()).refuse(404, 'NotFound', about('p', 'pods'))
    await evicting
  })

  test.each<[string, (exchange: Exchange) => void]>([
    ['the server does not serve the kind', (exchange) => exchange.refuse(404, 'NotFound', { details: {} })],
    ['the server does not know the path', (exchange) => exchange.text(404, '404 page not found')],
    ['another object is missing', (exchange) => exchange.refuse(404, 'NotFound', about('x', 'namespaces'))],
    ['the object of that name is of another kind', (exchange) => exchange.refuse(404, 'NotFound', about('n', 'pods'))],
  ])('is not proven when %s', async (_case, answer) => {
    const { server, client } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    answer(await server.take())
    await expect(reading).rejects.toMatchObject({ name: 'ApiError', status: 404 })
  })
})

describe('refusals', () => {
  test('carry status, reason, message and details', async () => {
    const { server, client } = await stubbedClient()
    const creating = client.create(NODES, aNode)
    const details = { name: 'n', kind: 'nodes', causes: [{ field: 'spec', message: 'bad' }] }
    ;(await server.take()).refuse(422, 'Invalid', { message: 'Node "n" is invalid', details })
    const expected = { status: 422, reason: 'Invalid', message: 'Node "n" is invalid', details }
    await expect(creating).rejects.toMatchObject(expected)
    await expect(creating).rejects.toBeInstanceOf(ApiError)
  })

  test('that are no Status carry the text of whoever spoke', async () => {
    const { server, client } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).text(502, '<html>bad gateway</html>')
    const expected = { status: 502, reason: 'Unknown', message: '<html>bad gateway</html>' }
    await expect(reading).rejects.toMatchObject(expected)
  })

  test.each([301, 302, 307, 308])('are redirects too (%i): the token goes to nobody else', async (status) => {
    const { server, client } = await stubbedClient()
    const other = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).json(status, {}, { location: `${other.server.url}/api/v1/nodes/n` })
    await expect(reading).rejects.toMatchObject({ name: 'ApiError', status })
    expect([server.arrived(), other.server.arrived()]).toEqual([1, 0])
  })

  test.each<[string, Record<string, string>, object, number | undefined]>([
    ['seconds in the header', { 'retry-after': '7' }, {}, 7000],
    ['a date in the header', { 'retry-after': 'Tue, 01 Jan 2030 00:00:30 GMT' }, {}, 30_000],
    ['seconds in the details', {}, { details: { retryAfterSeconds: 3 } }, 3000],
    ['nothing', {}, {}, undefined],
  ])('say when to come back: %s', async (...[, headers, more, expected]) => {
    const { server, client } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    const body = { kind: 'Status', reason: 'TooManyRequests', code: 429, ...more }
    ;(await server.take()).json(429, body, headers)
    await expect(reading).rejects.toMatchObject({ status: 429, retryAfterMs: expected })
  })

  test('of a write for an older object are conflicts, of a second creation are not', async () => {
    const { server, client } = await stubbedClient()
    const replacing = client.replace(NODES, aNode)
    ;(await server.take()).refuse(409, 'Conflict')
    await expect(replacing).rejects.toSatisfy(isConflict)
    const creating = client.create(NODES, aNode)
    ;(await server.take()).refuse(409, 'AlreadyExists')
    await expect(creating).rejects.not.toSatisfy(isConflict)
  })
})

describe('lists', () => {
  const named = (...names: string[]) => names.map((name) => ({ metadata: { name } }))

  test('join all pages and carry the selectors through', async () => {
    const { server, client } = await stubbedClient()
    const listing = client.list(PODS, { namespace: 'x', labelSelector: 'a=b', fieldSelector: 'spec.nodeName=n' })
    const first = await server.take()
    expect(first.path).toBe('/api/v1/namespaces/x/pods')
    expect(first.query).toEqual({ limit: '500', labelSelector: 'a=b', fieldSelector: 'spec.nodeName=n' })
    first.json(200, { metadata: { resourceVersion: '5', continue: 'more' }, items: named('a') })
    const second = await server.take()
    expect(second.query).toMatchObject({ continue: 'more', labelSelector: 'a=b' })
    second.json(200, { metadata: { resourceVersion: '5' }, items: named('b') })
    expect(await listing).toEqual(named('a', 'b'))
  })

  test('whose pages run out of date start over in one piece', async () => {
    const { server, client } = await stubbedClient()
    const listing = client.list(PODS)
    ;(await server.take()).json(200, { metadata: { continue: 'more' }, items: named('stale') })
    ;(await server.take()).refuse(410, 'Expired')
    const whole = await server.take()
    expect(whole.query).toEqual({})
    whole.json(200, { metadata: { resourceVersion: '9' }, items: named('a') })
    expect(await listing).toEqual(named('a'))
  })

  test('take null for empty', async () => {
    const { server, client } = await stubbedClient()
    const listing = client.list(NODES)
    ;(await server.take()).json(200, { metadata: {}, items: null })
    expect(await listing).toEqual([])
  })
})
