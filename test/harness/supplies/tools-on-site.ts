/**
 * Starts the tuning tools in an internet of a few names, which all lead to loopback: PUBLIC_SITE says which, as JSON.
 * Every other name leads nowhere.
 */
import dns from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import type { SiteAccess } from './public-site.ts'

const { hosts, ca, ports }: SiteAccess = JSON.parse(process.env.PUBLIC_SITE ?? '')
const plain = net.connect
const secured = tls.connect

const here = <Options extends { port?: number | string | undefined }>(options: Options) => {
  const port = Number(options.port)
  return { ...options, port: ports[port] ?? port }
}

Object.assign(dns, {
  lookup: async (name: string) => {
    if (hosts.includes(name)) return [{ address: '127.0.0.1', family: 4 }]
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
  },
})
Object.assign(net, { connect: (options: net.TcpNetConnectOpts) => plain(here(options)) })
Object.assign(tls, { connect: (options: tls.ConnectionOptions) => secured({ ...here(options), ca }) })
syncBuiltinESMExports()

await import('../../../packages/tuning-tools/src/main.ts')
