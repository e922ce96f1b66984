import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { ServerCertificate } from './certificates.ts'
import type { HttpAnswer, HttpOutcome, HttpRequest } from './exchange.ts'

// Azure Resource Manager takes requests up to this size.
const MAX_BODY_BYTES = 4 * 1024 * 1024

interface HttpsServer {
  url: string
  close(): Promise<void>
}

interface ServeOptions {
  host: string
  /** 0 picks a free one. */
  port: number
  certificate: ServerCertificate
  handle: (request: HttpRequest) => Promise<HttpOutcome>
  /** Told of a request that could not be handled; its client gets a 500. */
  onError: (error: unknown) => void
}

export async function serveHttps({ host, port, certificate, handle, onError }: ServeOptions): Promise<HttpsServer> {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (incoming, response) => {
    exchange(incoming, response, handle).catch((error: unknown) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else send(response, { status: 500, headers: {}, body: '' })
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const boundPort = typeof address === 'object' && address ? address.port : port
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: ServeOptions['handle'],
): Promise<void> {
  const body = await readBody(incoming)
  if (body === undefined) return send(response, { status: 413, headers: {}, body: '' })
  const outcome = await handle(asRequest(incoming, body))
  if (outcome.do === 'answer') return send(response, outcome)
  if (outcome.do === 'reset') incoming.socket.destroy()
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  const content = Buffer.from(body)
  const withoutBody = status === 204 || status === 304
  response.writeHead(status, withoutBody ? headers : { ...headers, 'content-length': String(content.length) })
  response.end(withoutBody ? undefined : content)
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function asRequest(incoming: IncomingMessage, body: string): HttpRequest {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
  const host = incoming.headers.host ?? 'localhost'
  return {
    method: incoming.method ?? 'GET',
    url: new URL(`https://${host}${incoming.url?.startsWith('/') ? incoming.url : '/'}`),
    headers: Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body,
    ...(incoming.socket.remoteAddress && { remoteAddress: incoming.socket.remoteAddress }),
  }
}
