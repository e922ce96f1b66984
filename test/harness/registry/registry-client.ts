import type { DockerConfig } from '@kaito/local-cluster'
import { z } from 'zod'
import { MANIFEST_TYPE } from './image-parts.ts'
import type { ImageReference } from './image-reference.ts'

const ACCEPTED = [
  MANIFEST_TYPE,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string() })).min(1) })

/** A registry's no, with its own code and words if it gives any. */
export class RegistryRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Basic credentials for a host, as a header; undefined when the configurations have none. */
function authorizationFor(host: string, configs: DockerConfig[]): string | undefined {
  for (const { auths = {} } of configs) {
    const found = auths[host] ?? auths[`http://${host}`] ?? auths[`https://${host}`]
    if (found?.auth) return `Basic ${found.auth}`
    if (found?.username) {
      return `Basic ${Buffer.from(`${found.username}:${found.password ?? ''}`).toString('base64')}`
    }
  }
  return undefined
}

interface RegistryRequest {
  method?: string
  body?: Buffer
  headers?: Record<string, string>
}

/** Speaks to one repository of a registry of a test, over http. */
export function createRegistryClient({ host, repository }: ImageReference, configs: DockerConfig[]) {
  const authorization = authorizationFor(host, configs)
  const base = `http://${host}/v2/${repository}/`

  async function send(path: string, { method = 'GET', body, headers = {} }: RegistryRequest = {}): Promise<Response> {
    const url = new URL(path, base)
    const response = await fetch(url, {
      method,
      headers: { accept: ACCEPTED, ...headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })
    if (response.ok) return response
    throw new RegistryRefusal(response.status, `${method} ${url.href}: ${await wordsOf(response)}`)
  }

  const read = async (path: string) => Buffer.from(await (await send(path)).arrayBuffer())

  return {
    /** Rejects when the registry does not let this client in at all. */
    ping: () => send('/v2/').then(() => undefined),
    manifest: (reference: string) => read(`manifests/${reference}`),
    blob: (digest: string) => read(`blobs/${digest}`),
    async hasBlob(digest: string): Promise<boolean> {
      try {
        await send(`blobs/${digest}`, { method: 'HEAD' })
        return true
      } catch (error) {
        if (error instanceof RegistryRefusal && error.status === 404) return false
        throw error
      }
    },
    /** In two steps, as most clients do: the content, then its digest. */
    async pushBlob(digest: string, content: Buffer): Promise<void> {
      const started = await send('blobs/uploads/', { method: 'POST' })
      const headers = { 'content-type': 'application/octet-stream' }
      const written = await send(locationOf(started), { method: 'PATCH', body: content, headers })
      const end = new URL(locationOf(written), base)
      end.searchParams.set('digest', digest)
      await send(end.href, { method: 'PUT' })
    },
    async pushManifest(reference: string, content: Buffer): Promise<void> {
      await send(`manifests/${reference}`, { method: 'PUT', body: content, headers: { 'content-type': MANIFEST_TYPE } })
    },
  }
}

function locationOf(response: Response): string {
  const location = response.headers.get('location')
  if (location === null) throw new Error('the registry names no place for the upload')
  return location
}

async function wordsOf(response: Response): Promise<string> {
  const text = await response.text()
  const known = text.startsWith('{') ? errorsSchema.safeParse(JSON.parse(text)) : undefined
  const [first] = known?.data?.errors ?? []
  const status = `unexpected status code ${response.status} ${response.statusText}`
  return first === undefined ? status : `${first.code}: ${first.message}`
}
