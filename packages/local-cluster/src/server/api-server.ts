import { StatusError } from '../status-error.ts'
import type { ApiContext } from './api-context.ts'
import { type Answer, type ApiRequest, type Incoming, jsonAnswer, type Outgoing } from './api-request.ts'
import { parsedBody } from './body.ts'
import { resourcePath } from './request-path.ts'
import { methodNotAllowed } from './resource-call.ts'
import { handleCollection, handleObject } from './resource-handler.ts'
import { reviewed } from './reviews.ts'
import { serviceDocument } from './service-documents.ts'
import { handleSubresource, unknownResource } from './subresource-handler.ts'

export type Log = (line: string, facts?: object) => void

/** The listener of an https server that answers as a kube-apiserver does. */
export function createApiServer(context: ApiContext, log: Log) {
  return (incoming: Incoming, outgoing: Outgoing): void => {
    answer(context, incoming, outgoing).catch((error: unknown) => {
      if (!(error instanceof StatusError)) log('request failed', { url: incoming.url, error })
      refuse(outgoing, error)
    })
  }
}

async function answer(context: ApiContext, incoming: Incoming, outgoing: Outgoing): Promise<void> {
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const user = context.authentication.authenticate(path, incoming.headers.authorization)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const found = await route(context, {
    method: incoming.method ?? 'GET',
    query,
    user,
    incoming,
    outgoing,
    ...watchPath(path),
  })
  if (found !== undefined) send(outgoing, found)
}

/** The older form of a watch has it in its path. */
function watchPath(path: string): { path: string; isWatchPath: boolean } {
  const plain = path.replace(/^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/watch\//, '$1/')
  return { path: plain, isWatchPath: plain !== path }
}

async function route(context: ApiContext, request: ApiRequest): Promise<Answer | undefined> {
  const path = resourcePath(request.path)
  if (path === undefined) {
    const document = serviceDocument(context, request)
    if (document === undefined) return NOT_FOUND
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
    return document
  }
  const kind = context.engine.registry.find(path.group, path.version, path.plural)
  if (kind === undefined) return review(context, request, path)
  if (path.namespace !== undefined && !kind.namespaced) throw unknownResource()
  const call = { context, request, kind, path }
  if (path.name === undefined) return handleCollection(call)
  if (kind.namespaced && path.namespace === undefined) throw unknownResource()
  if (path.subresource === undefined) return handleObject(call, path.name)
  return handleSubresource(call, path.name, path.subresource)
}

/** Groups that answer questions and keep nothing. */
const REVIEWING = new Set(['authentication.k8s.io', 'authorization.k8s.io'])
const NOT_FOUND: Answer = { code: 404, body: '404 page not found\n', contentType: 'text/plain; charset=utf-8' }

async function review(context: ApiContext, request: ApiRequest, path: { group: string; plural: string }) {
  const { authentication } = context
  const { user } = request
  const { group } = path
  const isServed = REVIEWING.has(group) || context.engine.registry.all().some((kind) => kind.group === group)
  if (!isServed) return NOT_FOUND
  if (request.method !== 'POST') throw unknownResource()
  const { value } = await parsedBody(request)
  const body = reviewed(path, value, { user, authenticate: authentication.user })
  if (body === undefined) throw unknownResource()
  return jsonAnswer(body, 201)
}

function send(outgoing: Outgoing, { code, body, contentType = 'application/json', warnings = [] }: Answer): void {
  if (outgoing.destroyed) return
  if (warnings.length > 0) outgoing.setHeader('warning', warnings.map(warning))
  outgoing.writeHead(code, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-cache, private',
  })
  outgoing.end(body)
}

/** Header values hold no control characters and, as Node writes them, no letters beyond Latin-1. */
function warning(text: string): string {
  return `299 - ${JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?'))}`
}

function refuse(outgoing: Outgoing, error: unknown): void {
  if (outgoing.headersSent) {
    outgoing.destroy()
    return
  }
  const { status, warnings } = error instanceof StatusError ? error : internalError(error)
  const retryAfter = status.details?.retryAfterSeconds
  if (retryAfter !== undefined) outgoing.setHeader('retry-after', String(retryAfter))
  send(outgoing, { ...jsonAnswer(status, status.code), warnings })
}

function internalError(error: unknown): StatusError {
  const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`
  return new StatusError({ code: 500, reason: 'InternalError', message }, error)
}
