import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One request that arrived; the test decides what comes back, byte by byte if it likes. */
export interface Exchange {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingMessage['headers']
  body: unknown
  /** Tells the client's connections apart. */
  peer: string
  json(status: number, body: unknown, headers?: Record<string, string>): void
  text(status: number, body: string): void
  /** A `Status` refusal. */
  refuse(status: number, reason: string, more?: object): void
  /** Opens a stream, or goes on with it. */
  write(bytes: string | Buffer): void
  end(): void
  /** Cuts the connection without a goodbye. */
  reset(): void
  /** Resolves when the client has closed the connection. */
  closed: Promise<unknown>
}

export interface StubApiServer {
  url: string
  /** Points at this server with the token `first`. */
  kubeConfigPath: string
  writeKubeConfig(user: object): Promise<void>
  /** The next request that arrives, or that waits to be taken. */
  take(): Promise<Exchange>
  /** Requests that arrived in all. */
  arrived(): number
  stop(): Promise<void>
}

/** A server for socket tests that knows nothing of Kubernetes: every answer is scripted by the test. */
export async function startStubApiServer(): Promise<StubApiServer> {
  const waiting: Exchange[] = []
  const takers: ((exchange: Exchange) => void)[] = []
  let arrived = 0
  const server = createServer(async (request, response) => {
    const exchange = await exchangeOf(request, response)
    arrived += 1
    const taker = takers.shift()
    if (taker) taker(exchange)
    else waiting.push(exchange)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const folder = await mkdtemp(join(tmpdir(), 'stub-api-'))
  const kubeConfigPath = join(folder, 'kubeconfig')
  const writeKubeConfig = (user: object) => writeFile(kubeConfigPath, kubeConfigOf(url, user))
  await writeKubeConfig({ token: 'first' })
  return {
    url,
    kubeConfigPath,
    writeKubeConfig,
    take() {
      const exchange = waiting.shift()
      return exchange ? Promise.resolve(exchange) : new Promise((resolve) => takers.push(resolve))
    },
    arrived: () => arrived,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await rm(folder, { recursive: true })
    },
  }
}

/** JSON is YAML. */
function kubeConfigOf(server: string, user: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'stub', cluster: { server } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'stub', context: { cluster: 'stub', user: 'test' } }],
    'current-context': 'stub',
  })
}

async function exchangeOf(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const closed = once(response, 'close')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
  const json: Exchange['json'] = (status, body, headers = {}) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  return {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: request.headers,
    peer: String(request.socket.remotePort),
    body: text === '' ? undefined : JSON.parse(text),
    json,
    text: (status, body) => void response.writeHead(status).end(body),
    refuse: (status, reason, more = {}) =>
      json(status, { kind: 'Status', status: 'Failure', reason, code: status, ...more }),
    write(bytes) {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' })
      response.write(bytes)
    },
    end: () => void response.end(),
    reset: () => void request.socket.resetAndDestroy(),
    closed,
  }
}
