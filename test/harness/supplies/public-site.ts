import { once } from 'node:events'
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServerCertificate } from '../../../packages/azure-emulator/src/http/certificates.ts'

interface Page {
  status: number
  body: string | Buffer
  headers: Record<string, string>
}

/** Stands for servers of the internet: those of a few names, which have certificates. */
export interface PublicSite {
  /** How programs reach it that `tools-on-site.ts` starts; JSON. */
  access: SiteAccess
  /** Addresses in the order in which they were asked for. */
  requests: string[]
  /** Serves this under an address from now on; what is not put answers 404. */
  put(url: string, body: string | Buffer, answer?: { status?: number; headers?: Record<string, string> }): void
  stop(): Promise<void>
}

export interface SiteAccess {
  hosts: string[]
  /** PEM of the authority to trust. */
  ca: string
  /** Port on loopback in the place of each port of the internet. */
  ports: Record<number, number>
}

/** Starts a server for these host names on loopback, by http and https. */
export async function startPublicSite(hosts: string[]): Promise<PublicSite> {
  const pages = new Map<string, Page>()
  const requests: string[] = []
  const answer = (scheme: string) => (request: IncomingMessage, response: ServerResponse) => {
    const url = `${scheme}://${request.headers.host}${request.url}`
    requests.push(url)
    const { status, body, headers } = pages.get(url) ?? { status: 404, body: 'there is no such file', headers: {} }
    response.writeHead(status, headers).end(body)
  }
  const { ca, ...certificate } = await createServerCertificate(hosts)
  const servers = { 80: createPlainServer(answer('http')), 443: createServer(certificate, answer('https')) }
  const ports: Record<number, number> = {}
  for (const [port, server] of Object.entries(servers)) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports[Number(port)] = (server.address() as AddressInfo).port
  }
  return {
    access: { hosts, ca, ports },
    requests,
    put(url, body, { status = 200, headers = {} } = {}) {
      if (!hosts.includes(new URL(url).hostname)) throw new Error(`the site has no host of ${url}`)
      pages.set(url, { status, body, headers })
    },
    async stop() {
      for (const server of Object.values(servers)) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}
