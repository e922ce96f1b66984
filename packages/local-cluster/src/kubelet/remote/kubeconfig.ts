import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { parse } from 'yaml'

/** How to reach and convince an API server. */
export interface Credentials {
  server: string
  ca?: string
  cert?: string
  key?: string
  token?: string
  skipVerification: boolean
}

type Fields = Record<string, unknown>

/** Reads the cluster and the user of the current context; refuses ways to log in that need another program. */
export function readKubeconfig(text: string): Credentials {
  const config = fields(parse(text))
  const context = named(config, 'context', config['current-context'])
  const cluster = named(config, 'cluster', context.cluster)
  const user = named(config, 'user', context.user)
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw new Error('kubeconfig: users that log in by another program are not served; use a token or a certificate')
  }
  if (typeof cluster.server !== 'string') throw new Error('kubeconfig: the current cluster has no server')
  const token = typeof user.token === 'string' ? user.token : fileText(user, 'tokenFile')?.trim()
  return {
    server: cluster.server.replace(/\/$/, ''),
    skipVerification: cluster['insecure-skip-tls-verify'] === true,
    ...definedOnly({
      ca: pem(cluster, 'certificate-authority'),
      cert: pem(user, 'client-certificate'),
      key: pem(user, 'client-key'),
      token,
    }),
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function named(config: Fields, what: string, name: unknown): Fields {
  const entries: unknown[] = Array.isArray(config[`${what}s`]) ? Array.from(Object(config[`${what}s`])) : []
  const found = entries.map(fields).find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`kubeconfig: there is no ${what} named "${String(name)}"`)
  return fields(found[what])
}

/** Given inline as base64, or as the path of a file. */
function pem(of: Fields, key: string): string | undefined {
  const inline = of[`${key}-data`]
  return typeof inline === 'string' ? Buffer.from(inline, 'base64').toString('utf8') : fileText(of, key)
}

function fileText(of: Fields, key: string): string | undefined {
  const path = of[key]
  if (typeof path !== 'string') return undefined
  if (!isAbsolute(path)) throw new Error(`kubeconfig: ${key} has to be an absolute path, not "${path}"`)
  return readFileSync(path, 'utf8')
}

function definedOnly(texts: Record<'ca' | 'cert' | 'key' | 'token', string | undefined>) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))
}
