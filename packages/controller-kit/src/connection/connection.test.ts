import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Node } from '../core-objects.ts'
import { NODES } from '../core-resources.ts'
import { ApiUnreachable } from '../errors.ts'
import type { Exchange, StubApiServer } from '../testing/stub-api-server.ts'
import { stubbedClient } from '../testing/stubbed-client.ts'

const aNode: Node = { metadata: { name: 'n' } }

describe('silence', () => {
  test('a request without an answer is given up in time', async () => {
    const { server, client, clock } = await stubbedClient()
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    void clock.advance(30_000)
    await expect(reading).rejects.toThrow('GET /api/v1/nodes/n: no answer within 30 s')
    await expect(reading).rejects.toBeInstanceOf(ApiUnreachable)
    await exchange.closed
    expect(clock.pending()).toBe(0)
  })

  test('so is one whose answer stops half-way', async () => {
    const { server, client, clock } = await stubbedClient()
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
    const { server, client, metrics } = await stubbedClient()
    const creating = client.create(NODES, aNode)
    fail(await server.take())
    await expect(creating).rejects.toBeInstanceOf(ApiUnreachable)
    expect(await metrics.registry.metrics()).toContain('status="unreachable"} 1')
  })

  test('the caller can give up earlier', async () => {
    const { server, client, clock } = await stubbedClient()
    const giveUp = new AbortController()
    const reading = client.get(NODES, { name: 'n' }, { signal: giveUp.signal })
    await server.take()
    giveUp.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(clock.pending()).toBe(0)
  })
})

describe('credentials', () => {
  async function aFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'credentials-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return folder
  }

  /** A plug-in that says a new token at each run and notes that it ran. */
  async function usePlugin(server: StubApiServer) {
    const notes = join(await aFolder(), 'runs')
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
    const { server, client } = await stubbedClient()
    const runs = await usePlugin(server)
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
    const { server, client } = await stubbedClient()
    const runs = await usePlugin(server)
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

  test('a plug-in that hangs costs no request more than its time, and is used when it answers after all', async () => {
    const { server, client, clock } = await stubbedClient()
    const leave = join(await aFolder(), 'leave')
    const script = `
      const { existsSync } = require('node:fs')
      const timer = setInterval(() => {
        if (!existsSync(process.argv[1])) return
        clearInterval(timer)
        console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: 'late' } }))
      }, 5)`
    const apiVersion = 'client.authentication.k8s.io/v1'
    const args = ['-e', script, leave]
    await server.writeKubeConfig({ exec: { apiVersion, command: process.execPath, args, interactiveMode: 'Never' } })
    const first = client.get(NODES, { name: 'n' })
    void clock.advance(30_000)
    await expect(first).rejects.toThrow('no answer within 30 s')
    const second = client.get(NODES, { name: 'n' })
    await writeFile(leave, '')
    const exchange = await server.take()
    expect(exchange.headers.authorization).toBe('Bearer late')
    exchange.json(200, aNode)
    await second
  })

  test('a rotated kubeconfig is read again after a refusal; a second refusal reaches the caller', async () => {
    const { server, client } = await stubbedClient()
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
    const { server, client } = await stubbedClient()
    const tokenFile = join(await aFolder(), 'token')
    await writeFile(tokenFile, 'from-file\n')
    await server.writeKubeConfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile } } })
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    expect(exchange.headers.authorization).toBe('Bearer from-file')
    exchange.json(200, aNode)
    await reading
  })

  test('none at all are fine', async () => {
    const { server, client } = await stubbedClient()
    await server.writeKubeConfig({})
    const reading = client.get(NODES, { name: 'n' })
    const exchange = await server.take()
    expect(exchange.headers.authorization).toBeUndefined()
    exchange.json(200, aNode)
    expect(await reading).toEqual(aNode)
  })

  test('a kubeconfig that cannot be read is told as it is, and read again at the next request', async () => {
    const { server, client } = await stubbedClient()
    await writeFile(server.kubeConfigPath, 'nonsense: [')
    await expect(client.get(NODES, { name: 'n' })).rejects.toBeInstanceOf(ApiUnreachable)
    await server.writeKubeConfig({ token: 'mended' })
    const reading = client.get(NODES, { name: 'n' })
    ;(await server.take()).json(200, aNode)
    await reading
  })
})

test('connections are used again', async () => {
  const { server, client } = await stubbedClient()
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

test('a character that is cut in two on the way arrives whole', async () => {
  const { server, client } = await stubbedClient()
  const reading = client.get(NODES, { name: 'n' })
  const exchange = await server.take()
  const bytes = Buffer.from(JSON.stringify({ metadata: { name: 'größer' } }))
  const middle = bytes.indexOf('ö') + 1
  exchange.write(bytes.subarray(0, middle))
  // A round trip of its own, so that the halves do not arrive as one.
  const other = client.get(NODES, { name: 'other' })
  ;(await server.take()).json(200, aNode)
  await other
  exchange.write(bytes.subarray(middle))
  exchange.end()
  expect((await reading)?.metadata.name).toBe('größer')
})

test('a server that stands behind a path is asked there', async () => {
  const { server, client } = await stubbedClient()
  const config = await readFile(server.kubeConfigPath, 'utf8')
  await writeFile(server.kubeConfigPath, config.replace(server.url, `${server.url}/clusters/one/`))
  const reading = client.get(NODES, { name: 'n' })
  const exchange = await server.take()
  expect(exchange.path).toBe('/clusters/one/api/v1/nodes/n')
  exchange.json(200, aNode)
  await reading
})
