import type { IncomingHttpHeaders } from 'node:http'
import { digestOf, manifestSchema } from './image-parts.ts'
import type { RegistryStore } from './registry-store.ts'

export interface RegistryAnswer {
  status: number
  headers?: Record<string, string>
  body?: Buffer | string
}

interface RegistryCall {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

interface Routed extends RegistryCall {
  repository: string
  /** Digest, tag or number of an upload. */
  id: string
  query: URLSearchParams
}

const JSON_TYPE = { 'content-type': 'application/json' }
const ROUTES: [pattern: RegExp, answers: Record<string, (store: RegistryStore, call: Routed) => RegistryAnswer>][] = [
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/, { POST: startUpload, PATCH: addToUpload, PUT: endUpload }],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, { GET: blob, HEAD: blob }],
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, { GET: manifest, HEAD: manifest, PUT: putManifest }],
  [/^\/v2\/(.+)\/tags\/(list)$/, { GET: tags }],
]

/** Answers for one repository as the OCI distribution specification says. */
export function answerRepository(store: RegistryStore, call: RegistryCall): RegistryAnswer {
  const { pathname, searchParams } = new URL(call.url, 'http://registry')
  for (const [pattern, answers] of ROUTES) {
    const [, repository, id] = pattern.exec(pathname) ?? []
    if (repository === undefined || id === undefined) continue
    const answer = answers[call.method]
    if (answer === undefined) return registryError(405, 'UNSUPPORTED', `${call.method} is not allowed here`)
    return answer(store, { ...call, repository, id, query: searchParams })
  }
  return registryError(404, 'NOT_FOUND', 'no such place')
}

export function registryError(status: number, code: string, message: string): RegistryAnswer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ errors: [{ code, message }] }) }
}

function startUpload(store: RegistryStore, { repository, query, body }: Routed): RegistryAnswer {
  const mounted = query.get('mount')
  if (mounted !== null && store.blob(mounted) !== undefined) return created(repository, mounted)
  const id = store.startUpload()
  const digest = query.get('digest')
  if (digest !== null) return finish(store, { repository, id, digest, body })
  return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}`, range: '0-0' } }
}

function addToUpload(store: RegistryStore, { repository, id, body, headers }: Routed): RegistryAnswer {
  const before = store.addToUpload(id, Buffer.alloc(0))
  if (before === undefined) return NO_UPLOAD
  const [from] = headers['content-range']?.split('-') ?? []
  if (from !== undefined && Number(from) !== before.length) {
    return registryError(416, 'BLOB_UPLOAD_INVALID', `the upload goes on at ${before.length}`)
  }
  const all = store.addToUpload(id, body)
  const range = `0-${Math.max(0, (all?.length ?? 0) - 1)}`
  return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}`, range } }
}

const NO_UPLOAD = registryError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')

function endUpload(store: RegistryStore, { repository, id, body, query }: Routed): RegistryAnswer {
  return finish(store, { repository, id, digest: query.get('digest') ?? '', body })
}

interface Finish {
  repository: string
  id: string
  digest: string
  body: Buffer
}

function finish(store: RegistryStore, { repository, id, digest, body }: Finish): RegistryAnswer {
  const content = store.addToUpload(id, body)
  if (content === undefined) return NO_UPLOAD
  if (digestOf(content) !== digest) {
    return registryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')
  }
  store.endUpload(id)
  store.putBlob(content)
  return created(repository, digest)
}

function created(repository: string, digest: string): RegistryAnswer {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest }
  return { status: 201, headers }
}

function blob(store: RegistryStore, { id }: Routed): RegistryAnswer {
  const content = store.blob(id)
  if (content === undefined) return registryError(404, 'BLOB_UNKNOWN', 'blob unknown to registry')
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': id }
  return { status: 200, headers: { ...headers, 'content-length': String(content.length) }, body: content }
}

function manifest(store: RegistryStore, { repository, id }: Routed): RegistryAnswer {
  const found = store.manifest(repository, id)
  if (found === undefined) return registryError(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  const { type, content, digest } = found
  const headers = { 'content-type': type, 'docker-content-digest': digest, 'content-length': String(content.length) }
  return { status: 200, headers, body: content }
}

function putManifest(store: RegistryStore, { repository, id, body }: Routed): RegistryAnswer {
  const read = manifestSchema.safeParse(parsed(body))
  const isIndex = !read.success && 'manifests' in Object(parsed(body))
  if (!read.success && !isIndex) return registryError(400, 'MANIFEST_INVALID', 'manifest invalid')
  const named = read.success ? [read.data.config, ...read.data.layers] : []
  const missing = named.find(({ digest }) => store.blob(digest) === undefined)
  if (missing) return registryError(404, 'MANIFEST_BLOB_UNKNOWN', `blob ${missing.digest} is unknown to registry`)
  const digest = store.putManifest(repository, id, body)
  const headers = { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest }
  return { status: 201, headers }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function tags(store: RegistryStore, { repository }: Routed): RegistryAnswer {
  const found = store.tags(repository)
  if (found === undefined) return registryError(404, 'NAME_UNKNOWN', 'repository name not known to registry')
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ name: repository, tags: found }) }
}
