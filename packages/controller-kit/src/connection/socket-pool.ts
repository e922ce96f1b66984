import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as sendPlain } from 'node:http'
import { request as sendSecure, Agent as TlsAgent } from 'node:https'
import { isDeepStrictEqual } from 'node:util'
import type { TlsOptions } from './cluster-credentials.ts'

/** Shorter than the API server's own, so that no request is sent into a connection that is being closed. */
const IDLE_MS = 60_000
/** Each socket costs a TLS handshake and its buffers, and a server is not faster for more of them. */
const REQUEST_SOCKETS = 32
const AGENT = { keepAlive: true, timeout: IDLE_MS }

interface Outgoing {
  url: URL
  tls: TlsOptions
  method: string
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal
  /** The answer goes on without an end: it takes no place among the sockets of requests. */
  lasting: boolean
}

/**
 * Keeps one set of sockets for one set of certificates; new certificates get new sockets, old streams may end. Deadlines
 * are the caller's: the signal ends a request also while its answer is being read.
 */
export function createSocketPool() {
  const plain = { requests: new PlainAgent({ ...AGENT, maxSockets: REQUEST_SOCKETS }), streams: new PlainAgent(AGENT) }
  let secure: { tls: TlsOptions; requests: TlsAgent; streams: TlsAgent } | undefined
  const open = new Set<ClientRequest>()

  // Idle sockets of the agents before end by themselves and hold no process.
  function secureAgents(tls: TlsOptions) {
    if (!secure || (secure.tls !== tls && !isDeepStrictEqual(secure.tls, tls))) {
      const requests = new TlsAgent({ ...AGENT, ...tls, maxSockets: REQUEST_SOCKETS })
      secure = { tls, requests, streams: new TlsAgent({ ...AGENT, ...tls }) }
    }
    return secure
  }

  return {
    /** Resolves with the head of the answer; its body is read from it. */
    send({ url, tls, body, lasting, ...options }: Outgoing): Promise<IncomingMessage> {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const isPlain = url.protocol === 'http:'
      const agents = isPlain ? plain : secureAgents(tls)
      const send = isPlain ? sendPlain : sendSecure
      const request = send(url, { ...options, agent: lasting ? agents.streams : agents.requests })
      open.add(request)
      request.on('close', () => open.delete(request))
      request.on('response', resolve)
      request.on('error', reject)
      // Node writes no length by itself for a DELETE with a body.
      if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body))
      request.end(body)
      return promise
    },
    close(): void {
      for (const request of open) request.destroy(new Error('the connection is closed'))
      for (const agents of [plain, secure]) {
        agents?.requests.destroy()
        agents?.streams.destroy()
      }
    },
  }
}
