import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '../metrics.ts'

/** Why something does not hold; undefined when it does. */
export type Check = () => string | undefined

interface HealthServerOptions {
  /** For `/healthz`, `/readyz` and `/leadz`; 0 takes a free one. */
  healthPort: number
  /** For `/metrics`; 0 takes a free one. */
  metricsPort: number
  /** What must hold for the process to be ready, by name. */
  checks: Record<string, Check>
  /** What must hold for the controllers to be at work, in this process or another one, by name. */
  leadChecks: Record<string, Check>
  /** What to answer to `/leadz` when all of that holds. */
  leading: () => string
  metrics: Metrics
}

interface HealthServer {
  readonly healthPort: number
  readonly metricsPort: number
  close(): Promise<void>
}

/**
 * Serves probes and metrics. `/healthz` answers as long as the process turns; `/readyz` names what is not ready, and
 * `/leadz` who does the work, or what keeps it from being done.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { registry } = options.metrics
  const health = await listen(options.healthPort, (request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/healthz') response.end('ok\n')
    else if (path === '/readyz') respond(response, faultOf('not ready', options.checks), 'ok')
    else if (path === '/leadz') respond(response, faultOf('not leading', options.leadChecks), options.leading())
    else response.writeHead(404).end()
  })
  const metrics = await listen(options.metricsPort, (request, response) => {
    if (request.url?.split('?')[0] === '/metrics') void respondWithMetrics(response, registry)
    else response.writeHead(404).end()
  })
  return {
    healthPort: portOf(health),
    metricsPort: portOf(metrics),
    async close() {
      for (const server of [health, metrics]) {
        const closed = once(server, 'close')
        server.close()
        server.closeAllConnections()
        await closed
      }
    },
  }
}

function respond(response: ServerResponse, fault: string | undefined, text: string): void {
  response.writeHead(fault === undefined ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${fault ?? text}\n`)
}

function faultOf(what: string, checks: Record<string, Check>): string | undefined {
  const failing = Object.entries(checks).flatMap(([name, check]) => {
    const fault = check()
    return fault === undefined ? [] : [`${name} (${fault})`]
  })
  return failing.length === 0 ? undefined : `${what}: ${failing.join('; ')}`
}

async function respondWithMetrics(response: ServerResponse, registry: Metrics['registry']): Promise<void> {
  try {
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  } catch (error) {
    response.writeHead(500).end(`${error}\n`)
  }
}

async function listen(port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  server.listen(port)
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
