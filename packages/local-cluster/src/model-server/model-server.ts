import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ClusterClock } from '../cluster-clock.ts'
import { type Adapter, adapterList } from './adapters.ts'
import { readChatRequest } from './chat-request.ts'
import { gpuInfo } from './gpu-info.ts'
import { listenOnLoopback } from './listen-on-loopback.ts'

interface ModelServerOptions {
  model: string
  gpus: number
  adapters?: Adapter[]
  /** Of a model on several machines: whether all of them are together. */
  isWhole?: () => boolean
  /** Only the first machine of a model answers questions; the others tell their health. */
  isLeader?: boolean
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
  const port = await listenOnLoopback(server)
  return {
    port,
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

const METHODS = { '/': 'GET', '/healthz': 'GET', '/metrics': 'GET', '/chat': 'POST' }
const METHODS_OF_FOLLOWER = { '/healthz': 'GET' }

function answer(options: ModelServerOptions, { request, body, loaded }: Asked): Answer {
  const { adapters = [], isLeader = true, isWhole = () => true } = options
  const path = (request.url ?? '').split('?')[0] ?? ''
  const allowed = new Map(Object.entries(isLeader ? METHODS : METHODS_OF_FOLLOWER)).get(path)
  if (allowed === undefined) return { status: 404, body: { detail: 'Not Found' } }
  if (request.method !== allowed) return { status: 405, body: { detail: 'Method Not Allowed' } }
  if (path === '/metrics') return { status: 200, body: gpuInfo(options.gpus) }
  if (path === '/') {
    const named = adapters.length > 0 ? `; adapters: ${adapterList(adapters)}` : ''
    return { status: 200, body: `Server is running: a stand-in without a model${named}` }
  }
  if (!loaded) return { status: 500, body: { detail: 'Model not initialized' } }
  if (!isWhole()) return { status: 500, body: { detail: 'Waiting for the other machines of this model' } }
  if (path === '/healthz') return { status: 200, body: { status: 'Healthy' } }
  if (body === undefined) return { status: 413, body: { detail: 'Request body too large' } }
  return chat(options.model, adapters, body)
}

function chat(model: string, adapters: Adapter[], body: string): Answer {
  const asked = readChatRequest(body)
  if ('status' in asked) return { status: asked.status, body: { detail: asked.detail } }
  const named = adapters.length > 0 ? ` with adapters ${adapterList(adapters)}` : ''
  const text = `This is a stand-in for the model ${model}${named}: no model runs here. You asked: ${asked.question}`
  return { status: 200, body: { Result: text } }
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
