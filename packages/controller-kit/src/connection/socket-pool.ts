import { isDeepStrictEqual } from 'node:util'
import { Agent } from 'undici'
import type { TlsOptions } from './cluster-credentials.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Shorter than the API server's own, so that no request is sent into a connection that is being closed. */
const IDLE_MS = 60_000

/** Keeps one set of sockets for one set of certificates; new certificates get new sockets, old streams may end. */
export function createSocketPool() {
  let current: { tls: TlsOptions; agent: Agent } | undefined
  const all = new Set<Agent>()

  return {
    agentFor(tls: TlsOptions): Agent {
      if (current && (current.tls === tls || isDeepStrictEqual(current.tls, tls))) return current.agent
      const retired = current?.agent
      const agent = new Agent({
        // Deadlines are the connection's, by its clock.
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: IDLE_MS,
        connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
      })
      current = { tls, agent }
      all.add(agent)
      if (retired) void retired.close().finally(() => all.delete(retired))
      return agent
    },
    async close(): Promise<void> {
      await Promise.all([...all].map((agent) => agent.destroy()))
      all.clear()
      current = undefined
    },
  }
}
