import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as sendPlain } from 'node:http'
import { request as sendSecure, Agent as TlsAgent } from 'node:https'
import { isDeepStrictEqual } from 'node:util'
import type { TlsOptions } from './cluster-credentials.ts'

/** Shorter than the API server's own, so that no request is sent into a connection that is being closed. */
const IDLE_MS = 60_000

interface Outgoing {
  url: URL
  tls: TlsOptions
  method: string
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal
}

/**
 * Keeps one set of sockets for one set of certificates; new certificates get new sockets, old streams may end. Deadlines
 * are the caller's: the signal ends a request also while its answer is being read.
 */
export function createSocketPool() {
  const plain = new PlainAgent({ keepAlive: true, timeout: IDLE_MS })
  let secure: { tls: TlsOptions; agent: TlsAgent } | undefined
  const open = new Set<ClientRequest>()

  // Idle sockets of the agent before end by themselves and hold no process.
  function agentFor(tls: TlsOptions): TlsAgent {
    if (!secure || (secure.tls !== tls && !isDeepStrictEqual(secure.tls, tls))) {
      secure = { tls, agent: new TlsAgent({ ...tls, keepAlive: true, timeout: IDLE_MS }) }
    }
    return secure.agent
  }

  return {
    /** Resolves with the head of the answer; its body is read from it. */
    send({ url, tls, body, ...options }: Outgoing): Promise<IncomingMessage> {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const request =
        url.protocol === 'http:'
          ? sendPlain(url, { ...options, agent: plain })
          : sendSecure(url, { ...options, agent: agentFor(tls) })
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
      plain.destroy()
      secure?.agent.destroy()
    },
  }
}
