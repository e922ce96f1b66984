import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EMPTY_CONFIG, filesLayer, withLayer } from './image-parts.ts'
import { RegistryStore } from './registry-store.ts'
import { answerRepository, type RegistryAnswer, registryError } from './repository-routes.ts'

interface RegistryOptions {
  /** Asked of every request; without them everybody may pull and push. */
  credentials?: { username: string; password: string }
}

interface PutOptions {
  tag?: string
  /** Whether the image has a program `cp`; default true. */
  withCopy?: boolean
}

/** A registry of container images in this process, for tests. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`, as it stands in the names of its images. */
  host: string
  /** Places an image of one layer; the result is its name with host and tag. */
  put(repository: string, files: Record<string, string | Buffer>, options?: PutOptions): string
  /** The files of an image by their paths, later layers over earlier ones. */
  files(repository: string, tag: string): Map<string, Buffer>
  /** Answers the next requests that start an upload or place a manifest with 503. */
  refusePushes(count: number): void
  stop(): Promise<void>
}

/** Starts a registry on loopback that speaks the pull and push parts of the OCI distribution specification. */
export async function startRegistry({ credentials }: RegistryOptions = {}): Promise<TestRegistry> {
  const store = new RegistryStore()
  let refusals = 0
  const answer = (request: IncomingMessage, body: Buffer): RegistryAnswer => {
    if (credentials && !isAllowed(request, credentials)) return UNAUTHORIZED
    if (request.url === '/v2/' || request.url === '/v2') return { status: 200, body: '{}' }
    if (refusals > 0 && isPush(request)) {
      refusals -= 1
      return registryError(503, 'UNAVAILABLE', 'the registry is out of order')
    }
    return answerRepository(store, {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      body,
    })
  }
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => send(response, answer(request, body)),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    put(repository, files, { tag = 'latest', withCopy = true } = {}) {
      const layer = filesLayer(files, { withCopy })
      const image = withLayer({ manifest: { layers: [] }, config: EMPTY_CONFIG }, layer)
      store.putBlob(layer.blob)
      store.putBlob(image.config)
      store.putManifest(repository, tag, image.manifest)
      return `${host}/${repository}:${tag}`
    },
    files: (repository, tag) => store.files(repository, tag),
    refusePushes(count) {
      refusals = count
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

const UNAUTHORIZED: RegistryAnswer = {
  ...registryError(401, 'UNAUTHORIZED', 'authentication required'),
  headers: { 'www-authenticate': 'Basic realm="test registry"', 'content-type': 'application/json' },
}

function isAllowed({ headers }: IncomingMessage, { username, password }: { username: string; password: string }) {
  const expected = Buffer.from(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
  const given = Buffer.from(headers.authorization ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** A push starts with an upload, or with the manifest when all blobs are there. */
function isPush({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'POST' && url.includes('/blobs/uploads/')) || (method === 'PUT' && url.includes('/manifests/'))
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: RegistryAnswer): void {
  response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...headers })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
