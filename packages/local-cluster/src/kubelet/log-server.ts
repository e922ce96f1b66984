import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { createServerCertificate } from '../certificates/certificate-authority.ts'
import type { ClusterClock } from '../cluster-clock.ts'
import type { ContainerLog, LogOptions } from './container-log.ts'

interface LogQuery {
  namespace: string
  pod: string
  container: string
  previous: boolean
}

export interface LogServerOptions {
  clock: ClusterClock
  signal: AbortSignal
  /** The log, or why there is none. */
  find: (query: LogQuery) => ContainerLog | string
}

/**
 * The part of the kubelet's API that serves logs, as kube-apiserver calls it:
 * `GET /containerLogs/{namespace}/{pod}/{container}?follow&tailLines&previous&timestamps&sinceSeconds`.
 */
export async function startLogServer({ clock, signal, find }: LogServerOptions): Promise<{ port: number }> {
  const { certPem, keyPem } = await createServerCertificate(clock.now())
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => answer(request, response, find))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  signal.addEventListener('abort', () => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0 }
}

function answer(request: IncomingMessage, response: ServerResponse, find: LogServerOptions['find']): void {
  const url = new URL(request.url ?? '/', 'https://kubelet')
  const log = request.method === 'GET' ? findByPath(url, find) : `the simulated kubelet has no ${request.method}`
  if (typeof log === 'string') {
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end(log)
    return
  }
  const options = logOptions(url.searchParams)
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.flushHeaders()
  response.write(log.read(options))
  if (!isSet(url.searchParams, 'follow')) {
    response.end()
    return
  }
  const stop = log.follow(options, (text) => (text === undefined ? response.end() : response.write(text)))
  response.on('close', stop)
}

function findByPath(url: URL, find: LogServerOptions['find']): ContainerLog | string {
  const [, route, namespace, pod, container, ...more] = url.pathname.split('/').map(decodeURIComponent)
  if (route !== 'containerLogs' || !namespace || !pod || !container || more.length > 0) {
    return `the simulated kubelet serves only logs, not ${url.pathname}`
  }
  return find({ namespace, pod, container, previous: isSet(url.searchParams, 'previous') })
}

function isSet(parameters: URLSearchParams, name: string): boolean {
  return ['true', '1', ''].includes(parameters.get(name) ?? 'false')
}

function logOptions(parameters: URLSearchParams): LogOptions {
  const tailLines = parameters.get('tailLines')
  const sinceSeconds = parameters.get('sinceSeconds')
  return {
    timestamps: isSet(parameters, 'timestamps'),
    ...(tailLines === null ? {} : { tailLines: Number(tailLines) }),
    ...(sinceSeconds === null ? {} : { sinceSeconds: Number(sinceSeconds) }),
  }
}
