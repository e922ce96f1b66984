import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LEASES, NODES, type Node, PODS } from '../core-objects.ts'
import { ApiError, ApiUnreachable, isConflict } from '../errors.ts'
import { createMetrics } from '../metrics.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type Exchange, type StubApiServer, startStubApiServer } from '../testing/stub-api-server.ts'
import { type Connection, createConnection } from './connection.ts'
import { createKubeClient } from './http-kube-client.ts'

let server: StubApiServer
let connection: Connection

beforeEach(async () => {
  server = await startStubApiServer()
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

function aClient() {
  const clock = createManualClock()
  const metrics = createMetrics()
  connection = createConnection({ kubeConfigPath: server.kubeConfigPath, userAgent: 'kit/1', clock, metrics })
  return { client: createKubeClient(connection), clock, metrics }
}

const aNode: Node = { metadata: { name: 'n' } }
const preconditions = { uid: 'u' }

describe('requests', () => {
  const json = 'application/json'
  type Sent = Partial<Exchange> & { type?: string }
  test.each<[string, (client: ReturnType<typeof createKubeClient>) => Promise<unknown>, Sent]>([
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
    const { client } = aClient()
    const answer = call(client)
    const sent = await server.take()
    expect(sent).toMatchObject(expected)
    expect(sent.headers).toMatchObject({ authorization: 'Bearer first', 'user-agent': 'kit/1', accept: json })
    if (type) expect(sent.headers['content-type']).toBe(type)
    sent.json(200, aNode)
    await answer
  })

  test('are counted by verb, resource and status', async () => {
    const { client, metrics } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).json(200, aNode)
    await reading
    expect(await metrics.registry.metrics()).toContain(
      'kube_requests_total{verb="get",resource="nodes",status="200"} 1',
    )
  })
})

describe('absence', () => {
  const about = (name: string, kind: string) => ({ details: { name, kind } })
  test('of this very object is no error', async () => {
    const { client } = aClient()
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
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    answer(await server.take())
    await expect(reading).rejects.toMatchObject({ name: 'ApiError', status: 404 })
  })
})

describe('refusals', () => {
  test('carry status, reason, message and details', async () => {
    const { client } = aClient()
    const creating = client.create(NODES, aNode)
    const details = { name: 'n', kind: 'nodes', causes: [{ field: 'spec', message: 'bad' }] }
    ;(await server.take()).refuse(422, 'Invalid', { message: 'Node "n" is invalid', details })
    const expected = { status: 422, reason: 'Invalid', message: 'Node "n" is invalid', details }
    await expect(creating).rejects.toMatchObject(expected)
    await expect(creating).rejects.toBeInstanceOf(ApiError)
  })

  test('that are no Status carry the text of whoever spoke', async () => {
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).text(502, '<html>bad gateway</html>')
    const expected = { status: 502, reason: 'Unknown', message: '<html>bad gateway</html>' }
    await expect(reading).rejects.toMatchObject(expected)
  })

  test.each<[string, Record<string, string>, object, number | undefined]>([
    ['seconds in the header', { 'retry-after': '7' }, {}, 7000],
    ['a date in the header', { 'retry-after': 'Tue, 01 Jan 2030 00:00:30 GMT' }, {}, 30_000],
    ['seconds in the details', {}, { details: { retryAfterSeconds: 3 } }, 3000],
    ['nothing', {}, {}, undefined],
  ])('say when to come back: %s', async (...[, headers, more, expected]) => {
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const body = { kind: 'Status', reason: 'TooManyRequests', code: 429, ...more }
    ;(await server.take()).json(429, body, headers)
    await expect(reading).rejects.toMatchObject({ status: 429, retryAfterMs: expected })
  })

  test('of a write for an older object are conflicts, of a second creation are not', async () => {
    const { client } = aClient()
    const replacing = client.replace(NODES, aNode)
    ;(await server.take()).refuse(409, 'Conflict')
    await expect(replacing).rejects.toSatisfy(isConflict)
    const creating = client.create(NODES, aNode)
    ;(await server.take()).refuse(409, 'AlreadyExists')
    await expect(creating).rejects.not.toSatisfy(isConflict)
  })
})

describe('silence', () => {
  test('a request without an answer is given up in time', async () => {
    const { client, clock } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    void clock.advance(30_000)
    await expect(reading).rejects.toThrow('GET /api/v1/nodes/n: no answer within 30 s')
    await expect(reading).rejects.toBeInstanceOf(ApiUnreachable)
    await exchange.closed
    expect(clock.pending()).toBe(0)
  })

  test('so is one whose answer stops half-way', async () => {
    const { client, clock } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    exchange.write('{"metadata":')
    void clock.advance(30_000)
    await expect(reading).rejects.toThrow('no answer within 30 s')
  })

  test.each<[string, (exchange: Exchange) => void]>([
    ['a reset', (exchange) => exchange.reset()],
    ['an answer that is cut off', (exchange) => exchange.text(200, '{"metadata":')],
  ])('%s means that nobody knows', async (_case, fail) => {
    const { client, metrics } = aClient()
    const creating = client.create(NODES, aNode)
    fail(await server.take())
    await expect(creating).rejects.toBeInstanceOf(ApiUnreachable)
    expect(await metrics.registry.metrics()).toContain('status="unreachable"} 1')
  })

  test('the caller can give up earlier', async () => {
    const { client, clock } = aClient()
    const giveUp = new AbortController()
    const reading = client.get(NODES, { name: 'n' }, { signal: giveUp.signal })
    await server.take()
    giveUp.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(clock.pending()).toBe(0)
  })
})

describe('lists', () => {
  const named = (...names: string[]) => names.map((name) => ({ metadata: { name } }))

  test('join all pages and carry the selectors through', async () => {
    const { client } = aClient()
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
    const { client } = aClient()
    const listing = client.list(PODS)
    ;(await server.take()).json(200, { metadata: { continue: 'more' }, items: named('stale') })
    ;(await server.take()).refuse(410, 'Expired')
    const whole = await server.take()
    expect(whole.query).toEqual({})
    whole.json(200, { metadata: { resourceVersion: '9' }, items: named('a') })
    expect(await listing).toEqual(named('a'))
  })

  test('take null for empty', async () => {
    const { client } = aClient()
    const listing = client.list(NODES)
    ;(await server.take()).json(200, { metadata: {}, items: null })
    expect(await listing).toEqual([])
  })
})

describe('credentials', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'credentials-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** A plug-in that says a new token at each run and notes that it ran. */
  async function usePlugin() {
    const notes = join(folder, 'runs')
    await writeFile(notes, '')
    const script = `
      const fs = require('node:fs')
      fs.appendFileSync(process.argv[1], 'x')
      const token = 'run-' + fs.readFileSync(process.argv[1]).length
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }))`
    await server.writeKubeConfig({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', script, notes],
        interactiveMode: 'Never',
      },
    })
    return async () => (await readFile(notes, 'utf8')).length
  }

  test('a plug-in runs once, however many ask at the same time', async () => {
    const runs = await usePlugin()
    const { client } = aClient()
    const readings = Array.from({ length: 20 }, () => client.get(NODES, { name: 'n' }))
    for (const _ of readings) {
      const exchange = await server.take()
      expect(exchange.headers.authorization).toBe('Bearer run-1')
      exchange.json(200, aNode)
    }
    await Promise.all(readings)
    expect(await runs()).toBe(1)
  })

  test('a refused token is asked for anew, once for all whose request was refused with it', async () => {
    const runs = await usePlugin()
    const { client } = aClient()
    const readings = Array.from({ length: 5 }, () => client.get(NODES, { name: 'n' }))
    const refused = await Promise.all(readings.map(() => server.take()))
    for (const exchange of refused) exchange.refuse(401, 'Unauthorized')
    for (const _ of readings) {
      const exchange = await server.take()
      expect(exchange.headers.authorization).toBe('Bearer run-2')
      exchange.json(200, aNode)
    }
    await Promise.all(readings)
    expect(await runs()).toBe(2)
  })

  test('a rotated kubeconfig is read again after a refusal; a second refusal reaches the caller', async () => {
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const first = await server.take()
    await server.writeKubeConfig({ token: 'second' })
    first.refuse(401, 'Unauthorized')
    const second = await server.take()
    expect(second.headers.authorization).toBe('Bearer second')
    second.refuse(401, 'Unauthorized')
    await expect(reading).rejects.toMatchObject({ status: 401 })
    expect(server.arrived()).toBe(2)
  })

  test('a token file may end with a newline', async () => {
    const tokenFile = join(folder, 'token')
    await writeFile(tokenFile, 'from-file\n')
    await server.writeKubeConfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } })
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    expect(exchange.headers.authorization).toBe('Bearer from-file')
    exchange.json(200, aNode)
    await reading
  })

  test('none at all are fine', async () => {
    await server.writeKubeConfig({})
    const { client } = aClient()
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    expect(exchange.headers.authorization).toBeUndefined()
    exchange.json(200, aNode)
    expect(await reading).toEqual(aNode)
  })

  test('a kubeconfig that cannot be read is told as it is, and read again at the next request', async () => {
    const { client } = aClient()
    await writeFile(server.kubeConfigPath, 'nonsense: [')
    await expect(client.get(NODES, { name: 'n' })).rejects.toBeInstanceOf(ApiUnreachable)
    await server.writeKubeConfig({ token: 'mended' })
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).json(200, aNode)
    await reading
  })
})

test('connections are used again', async () => {
  const { client } = aClient()
  const ports = new Set<string | undefined>()
  for (let i = 0; i < 5; i += 1) {
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    ports.add(exchange.peer)
    exchange.json(200, aNode)
    await reading
  }
  // The one just used may not be free yet when the next request comes.
  expect(ports.size).toBeLessThanOrEqual(2)
})
