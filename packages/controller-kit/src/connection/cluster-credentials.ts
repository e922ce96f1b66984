import type { RequestOptions } from 'node:https'
import { delimiter } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Clock } from '../clock.ts'

/** How to reach and convince the API server right now. */
interface Credentials {
  server: string
  headers: Record<string, string>
  /** Authorities, client certificate, server name. */
  tls: TlsOptions
}

export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

interface CredentialSource {
  /** Those that `get` would answer without reading or asking anything; undefined when there are none. */
  fresh(): Credentials | undefined
  get(): Promise<Credentials>
  /** The server refused these (401): the next `get` reads and asks everything anew. */
  invalidate(refused: Credentials): void
}

const FRESH_MS = 10_000
/** A plug-in that has not answered by then is run once more at the next request. */
const PLUGIN_MS = 60_000

/**
 * Credentials from kubeconfig files (a path, or several as in KUBECONFIG), or of the Pod's service account when no path
 * is given. However many ask at once, files are read and plug-ins run once.
 */
export function createCredentialSource(kubeConfigPath: string | undefined, clock: Clock): CredentialSource {
  let config: Promise<KubeConfig> | undefined
  let pending: Promise<Credentials> | undefined
  let known: { credentials: Credentials; at: number } | undefined

  async function ask(): Promise<Credentials> {
    try {
      config ??= loadKubeConfig(kubeConfigPath)
      const credentials = await credentialsOf(await config)
      known = { credentials, at: clock.monotonic() }
      return credentials
    } catch (error) {
      config = undefined
      throw error
    }
  }

  function askOnce(): Promise<Credentials> {
    const forget = () => {
      if (pending === asking) pending = undefined
    }
    const cancel = clock.after(PLUGIN_MS, forget)
    const asking = ask().finally(() => {
      cancel()
      forget()
    })
    return asking
  }

  const fresh = () => (known && clock.monotonic() - known.at < FRESH_MS ? known.credentials : undefined)

  return {
    fresh,
    get() {
      const credentials = fresh()
      if (credentials) return Promise.resolve(credentials)
      pending ??= askOnce()
      return pending
    },
    invalidate(refused) {
      if (known?.credentials !== refused) return
      known = undefined
      config = undefined
    },
  }
}

async function loadKubeConfig(path: string | undefined): Promise<KubeConfig> {
  // Half of a controller's start-up time is this import: it must stay the only one, and late.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  const [first, ...others] = (path ?? '').split(delimiter).filter((file) => file !== '')
  if (first === undefined) config.loadFromCluster()
  else config.loadFromFile(first)
  for (const file of others) {
    const other = new KubeConfig()
    other.loadFromFile(file)
    config.mergeConfig(other)
  }
  return usable(config)
}

function usable(config: KubeConfig): KubeConfig {
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig has no current context with a cluster')
  if (cluster.server.includes('undefined')) throw new Error('neither a kubeconfig nor a cluster around this process')
  if (cluster.proxyUrl) throw new Error('a kubeconfig with proxy-url is not supported')
  // The library applies authorities only for a user, and refuses plain http unless told not to verify.
  const user = config.getCurrentUser() ?? { name: 'anonymous' }
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith('http:')
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify }, user)
  return config
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions & { headers: Record<string, string> } = { headers: {} }
  await config.applyToHTTPSOptions(options)
  const headers = Object.fromEntries(
    // A token file ends with a newline more often than not, and a header must not.
    Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  )
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`
  const server = config.getCurrentCluster()?.server ?? ''
  return { server: server.replace(/\/+$/, ''), headers, tls: tlsOf(options) }
}

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  }
}
