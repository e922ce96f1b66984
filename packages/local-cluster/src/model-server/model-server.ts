import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ClusterClock } from '../cluster-clock.ts'
import { readChatRequest } from './chat-request.ts'

interface ModelServerOptions {
  model: string
  gpus: number
  /** How long the weights "load": until then `/healthz` answers 500. */
  loadMs: number
  clock: ClusterClock
}

export interface ModelServer {
  /** On loopback. */
  port: number
  close(): void
}

interface Answer {
  status: number
  body: string | object
}

const GPU_MEMORY = '16.00 GB'
const LONGEST_BODY = 1_000_000

/**
 * A stand-in that speaks the HTTP contract of the KAITO model images: `GET /`, `GET /healthz`, `POST /chat`,
 * `GET /metrics`. It has no model and says so in every answer.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  let loaded = false
  const cancel = options.clock.after(options.loadMs, () => {
    loaded = true
  })
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => send(response, answer(options, { request, body, loaded })))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      cancel()
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Asked {
  request: IncomingMessage
  body: string | undefined
  loaded: boolean
}

function answer(options: ModelServerOptions, { request, body, loaded }: Asked): Answer {
  const path = (request.url ?? '').split('?')[0]
  const allowed = { '/': 'GET', '/healthz': 'GET', '/metrics': 'GET', '/chat': 'POST' }[path ?? '']
  if (allowed === undefined) return { status: 404, body: { detail: 'Not Found' } }
  if (request.method !== allowed) return { status: 405, body: { detail: 'Method Not Allowed' } }
  if (path === '/metrics') return { status: 200, body: { gpu_info: gpuInfo(options.gpus) } }
  if (path === '/') return { status: 200, body: 'Server is running: a stand-in without a model' }
  if (!loaded) return { status: 500, body: { detail: 'Model not initialized' } }
  if (path === '/healthz') return { status: 200, body: { status: 'Healthy' } }
  if (body === undefined) return { status: 413, body: { detail: 'Request body too large' } }
  return chat(options.model, body)
}

function chat(model: string, body: string): Answer {
  const asked = readChatRequest(body)
  if ('status' in asked) return { status: asked.status, body: { detail: asked.detail } }
  const text = `This is a stand-in for the model ${model}: no model runs here. You asked: ${asked.question}`
  return { status: 200, body: { Result: text } }
}

function gpuInfo(gpus: number): object[] {
  return Array.from({ length: gpus }, (_none, id) => ({
    id: `GPU-simulated-${id}`,
    name: 'simulated GPU',
    load: '0.00%',
    temperature: '30 C',
    memory: { used: '0.00 GB', total: GPU_MEMORY },
  }))
}

/** Undefined when the body is longer than anybody's question. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= LONGEST_BODY) chunks.push(chunk)
  }
  return length > LONGEST_BODY ? undefined : Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
