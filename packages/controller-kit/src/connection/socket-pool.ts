import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as sendPlain } from 'node:http'
import { type RequestOptions, request as sendSecure, Agent as TlsAgent } from 'node:https'
import { isDeepStrictEqual } from 'node:util'
import type { TlsOptions } from './cluster-credentials.ts'

/** Shorter than the API server's own, so that no request is sent into a connection that is being closed. */
const IDLE_MS = 60_000
/** Each socket costs a TLS handshake and its buffers, and a server is not faster for more of them. */
const REQUEST_SOCKETS = 16
const AGENT = { keepAlive: true, timeout: IDLE_MS }

interface Outgoing {
  /** Address without a path's end, and what comes behind it. */
  server: string
  path: string
  tls: TlsOptions
  method: string
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal
  /** The answer goes on without an end: it takes no place among the sockets of requests. */
  lasting: boolean
}

/** Sockets to one server under one set of certificates: the address alone tells them apart. */
class ServerAgent extends TlsAgent {
  override getName(target: RequestOptions = {}): string {
    return `${target.host}:${target.port}`
  }
}

/**
 * Keeps one set of sockets for one set of certificates; new certificates get new sockets, old streams may end. Deadlines
 * are the caller's: the signal ends a request also while its answer is being read.
 */
export function createSocketPool() {
  const plain = { requests: new PlainAgent({ ...AGENT, maxSockets: REQUEST_SOCKETS }), streams: new PlainAgent(AGENT) }
  let secure: { tls: TlsOptions; requests: ServerAgent; streams: ServerAgent } | undefined
  const open = new Set<ClientRequest>()
  let known: { server: string; parts: Address } | undefined

  // Idle sockets of the agents before end by themselves and hold no process.
  function secureAgents(tls: TlsOptions): { requests: ServerAgent; streams: ServerAgent } {
    if (!secure || (secure.tls !== tls && !isDeepStrictEqual(secure.tls, tls))) {
      const requests = new ServerAgent({ ...AGENT, ...tls, maxSockets: REQUEST_SOCKETS })
      secure = { tls, requests, streams: new ServerAgent({ ...AGENT, ...tls }) }
    }
    return secure
  }

  function address(server: string): Address {
    if (known?.server !== server) known = { server, parts: addressOf(server) }
    return known.parts
  }

  return {
    /** Resolves with the head of the answer; its body is read from it. */
    send({ server, path, tls, body, lasting, signal, ...options }: Outgoing): Promise<IncomingMessage> {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const { isPlain, prefix, ...target } = address(server)
      const agents = isPlain ? plain : secureAgents(tls)
      const send = isPlain ? sendPlain : sendSecure
      signal.throwIfAborted()
      const agent = lasting ? agents.streams : agents.requests
      const request = send({ ...target, ...options, path: prefix + path, agent })
      // Handing the signal to Node costs as much as the rest of the request.
      const onAbort = () => request.destroy(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      open.add(request)
      request.on('close', () => {
        open.delete(request)
        signal.removeEventListener('abort', onAbort)
      })
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

interface Address {
  isPlain: boolean
  host: string
  port: string
  /** Of every path, where the server stands behind a proxy. */
  prefix: string
}

function addressOf(server: string): Address {
  const { protocol, hostname, port, pathname } = new URL(server)
  const isPlain = protocol === 'http:'
  // URLs write IPv6 addresses in brackets, sockets do not.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { isPlain, host, port: port || (isPlain ? '80' : '443'), prefix: pathname === '/' ? '' : pathname }
}
