import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ApiRequest } from '../server/api-request.ts'
import { StatusError } from '../status-error.ts'

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade']
/** The caller's credentials are for this server only. */
const KEPT_BACK = [...HOP_BY_HOP, 'authorization', 'host']

interface Destination {
  scheme: 'http' | 'https'
  host: string
  port: number
  /** With query. */
  path: string
}

/** Passes a request on and its answer back, both as streams. Rejects with 503 when the destination cannot be reached. */
export async function forward(request: ApiRequest, destination: Destination): Promise<void> {
  const { incoming, outgoing } = request
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !KEPT_BACK.includes(name)))
  const answer = await answerOf(request, { ...destination, method: request.method, headers })
  const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.includes(name))
  outgoing.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept))
  outgoing.flushHeaders()
  answer.on('error', () => outgoing.destroy())
  outgoing.on('close', () => answer.destroy())
  answer.pipe(outgoing)
}

export async function answerOf(
  { incoming, outgoing }: ApiRequest,
  { scheme, ...options }: Destination & RequestOptions,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const start = scheme === 'https' ? httpsRequest : httpRequest
  // The kubelet's certificate is its own; it is reached on loopback only.
  const passed = start({ ...options, rejectUnauthorized: false }, resolve)
  passed.on('error', (error) => {
    const message = `error trying to reach service: dial tcp ${options.host}:${options.port}: ${error.message}`
    reject(new StatusError({ code: 503, reason: 'ServiceUnavailable', message }, error))
  })
  outgoing.on('close', () => passed.destroy())
  incoming.pipe(passed)
  return promise
}
