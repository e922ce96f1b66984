import { fieldsAt, stringAt } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { podBackend, proxyTarget, serviceBackend } from '../proxy/backend.ts'
import { forward } from '../proxy/forward.ts'
import { streamPodLog } from '../proxy/pod-log.ts'
import { bindPod } from '../resources/bind-pod.ts'
import { evictPod } from '../resources/evict-pod.ts'
import { refused } from '../resources/object-metadata.ts'
import { scaleOf, updateScale } from '../resources/scale.ts'
import { storedAt } from '../resources/update-object.ts'
import { badRequest, notFound, StatusError } from '../status-error.ts'
import { type Answer, jsonAnswer } from './api-request.ts'
import { parsedBody } from './body.ts'
import { patchOf } from './patch-handler.ts'
import { deleteRequest, writeOptions } from './query-options.ts'
import { methodNotAllowed, type ResourceCall, targetOf } from './resource-call.ts'
import { handleObject } from './resource-handler.ts'
import { issueToken } from './token-request.ts'

type Handler = (call: ResourceCall, name: string) => Promise<Answer | undefined> | Answer

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** Subresources of single kinds, by group, plural and subresource. */
const HANDLERS: Record<string, Handler> = {
  '/pods/binding': bind,
  '/pods/eviction': evict,
  '/pods/log': log,
  '/pods/proxy': (call, name) => proxy(call, { name, backend: podBackend }),
  '/pods/attach': refuseStream,
  '/pods/exec': refuseStream,
  '/pods/portforward': refuseStream,
  '/services/proxy': (call, name) => proxy(call, { name, backend: serviceBackend }),
  '/serviceaccounts/token': issueToken,
  '/namespaces/finalize': (call, name) => handleObject(call, name, 'finalize'),
}

export async function handleSubresource(call: ResourceCall, name: string, subresource: string) {
  const { kind } = call
  if (subresource === 'status' && kind.subresources.status) return handleObject(call, name, 'status')
  if (subresource === 'scale' && kind.subresources.scale !== undefined) return scale(call, name)
  const handler = HANDLERS[`${kind.group}/${kind.plural}/${subresource}`]
  // What a custom object has not is answered as if it were not there.
  if (handler === undefined) throw kind.custom ? notFound(refused({ kind, name })) : unknownResource()
  return handler(call, name)
}

export function unknownResource(): StatusError {
  const message = 'the server could not find the requested resource'
  return new StatusError({ code: 404, reason: 'NotFound', message, details: {} })
}

async function scale(call: ResourceCall, name: string): Promise<Answer> {
  const { context, request, kind } = call
  const target = targetOf(call, name)
  if (request.method === 'GET') return jsonAnswer(scaleOf(kind, storedAt(context.engine, target).object))
  const options = writeOptions(request)
  if (request.method === 'PUT') {
    const { value } = await parsedBody(request)
    return jsonAnswer(updateScale(context.engine, target, { ...options, body: value }))
  }
  if (request.method !== 'PATCH') throw methodNotAllowed()
  return jsonAnswer(updateScale(context.engine, target, { ...options, ...(await patchOf(call)) }))
}

async function bind(call: ResourceCall, name: string): Promise<Answer> {
  if (call.request.method !== 'POST') throw methodNotAllowed()
  const { dryRun } = writeOptions(call.request)
  const { value } = await parsedBody(call.request)
  bindPod(call.context.engine, targetOf(call, name), { binding: value, dryRun })
  return jsonAnswer(SUCCESS, 201)
}

async function evict(call: ResourceCall, name: string): Promise<Answer> {
  const { context, request } = call
  if (request.method !== 'POST') throw methodNotAllowed()
  const { value } = await parsedBody(request)
  const named = stringAt(value, 'metadata', 'name')
  if (named !== '' && named !== name) throw badRequest('name in URL does not match name in Eviction object')
  const options = deleteRequest(request.query, request.user, fieldsAt(value, 'deleteOptions'))
  evictPod(context.engine, targetOf(call, name), options)
  return jsonAnswer(SUCCESS, 201)
}

async function log(call: ResourceCall, name: string): Promise<undefined> {
  if (call.request.method !== 'GET') throw methodNotAllowed()
  const { store } = call.context.engine
  await streamPodLog(store, call.request, storedAt(call.context.engine, targetOf(call, name)).object)
}

async function proxy(
  { context, request, path }: ResourceCall,
  { name, backend }: { name: string; backend: typeof podBackend },
): Promise<undefined> {
  const target = proxyTarget(name)
  const { namespace } = path
  if (namespace === undefined) throw notFound({ group: '', plural: path.plural, name })
  const port = backend(context.engine.store, namespace, target)
  const url = request.incoming.url ?? ''
  const query = url.slice(request.path.length)
  await forward(request, { scheme: target.scheme, host: '127.0.0.1', port, path: `/${path.rest}${query}` })
}

function refuseStream({ kind, path }: { kind: KindDefinition; path: { subresource: string | undefined } }): never {
  const message = `${kind.plural}/${path.subresource} is not served by this embedded API server: its containers are simulated`
  throw new StatusError({ code: 405, reason: 'MethodNotAllowed', message })
}
