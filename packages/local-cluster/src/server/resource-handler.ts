import { keyOf } from '../object-address.ts'
import type { Target } from '../resources/api-engine.ts'
import { createObject, type Written } from '../resources/create-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { traitsOf } from '../resources/kind-traits.ts'
import { checkReached, listObjects, wantedVersion } from '../resources/list-objects.ts'
import { storedAt, updateObject } from '../resources/update-object.ts'
import { StatusError } from '../status-error.ts'
import { unstored } from '../store/stored-object.ts'
import { type Answer, header, isTrue, jsonAnswer } from './api-request.ts'
import { parsedBody } from './body.ts'
import { duplicateFields } from './duplicate-fields.ts'
import { representation } from './negotiation.ts'
import { handlePatch } from './patch-handler.ts'
import { checkIsList, deleteRequest, includeObject, initialEvents, listQuery, writeOptions } from './query-options.ts'
import { createRendering, type Rendering } from './rendering.ts'
import { methodNotAllowed, type ResourceCall, targetOf } from './resource-call.ts'
import { streamError, streamWatch } from './watch-stream.ts'

function renderingOf({ context, request, kind }: ResourceCall): Rendering {
  return createRendering({
    kind,
    representation: representation(header(request, 'accept')),
    printer: context.printer,
    includeObject: includeObject(request.query),
  })
}

/** Requests on a collection. */
export async function handleCollection(call: ResourceCall): Promise<Answer | undefined> {
  const { request, kind, path } = call
  const { method } = request
  if (method === 'GET') return isTrue(request.query.get('watch') ?? 'false') ? watch(call) : list(call)
  if (kind.namespaced && path.namespace === undefined) throw methodNotAllowed()
  if (method === 'POST') {
    const rendering = renderingOf(call)
    const body = await decodedBody(call)
    const written = createObject(call.context.engine, targetOf(call, ''), body)
    return writtenAnswer(rendering, written, 201)
  }
  if (method === 'DELETE') return deleteCollection(call)
  throw methodNotAllowed()
}

/** Requests on one object, or on a subresource that is a view of it. */
export async function handleObject(
  call: ResourceCall,
  name: string,
  subresource?: string,
): Promise<Answer | undefined> {
  const { context, request } = call
  const target: Target = { ...targetOf(call, name), ...(subresource === undefined ? {} : { subresource }) }
  const { method } = request
  if (method === 'GET') {
    if (isTrue(request.query.get('watch') ?? 'false')) return watch(call, name)
    const wanted = wantedVersion(listQuery(request.query, undefined))
    const rendering = renderingOf(call)
    checkReached(context.engine, wanted)
    return { code: 200, body: rendering.object(storedAt(context.engine, target)) }
  }
  if (method === 'PUT') {
    const rendering = renderingOf(call)
    const body = await decodedBody(call)
    const existed = context.engine.store.collection(call.kind).get(keyOf(target)) !== undefined
    return writtenAnswer(rendering, updateObject(context.engine, target, body), existed ? 200 : 201)
  }
  if (method === 'PATCH') {
    const rendering = renderingOf(call)
    return writtenAnswer(rendering, await handlePatch(call, target), 200)
  }
  if (method === 'DELETE' && subresource === undefined) return deleteOne(call, target)
  throw methodNotAllowed()
}

async function decodedBody({ request }: ResourceCall) {
  const options = writeOptions(request)
  const { value, text } = await parsedBody(request)
  const duplicates = options.fieldValidation === 'Ignore' ? [] : duplicateFields(text)
  return { ...options, body: value, ...(duplicates.length === 0 ? {} : { duplicateFields: duplicates }) }
}

function writtenAnswer(rendering: Rendering, written: Written, code: number): Answer {
  const body = rendering.object(written.stored ?? unstored(written.object))
  return { code, body, warnings: written.warnings }
}

function list(call: ResourceCall): Answer {
  const query = listQuery(call.request.query, call.path.namespace)
  checkIsList(call.request.query)
  const rendering = renderingOf(call)
  return { code: 200, body: rendering.list(listObjects(call.context.engine, call.kind, query)) }
}

function watch(call: ResourceCall, name?: string): undefined {
  const { context, request, kind, path } = call
  const { query, outgoing } = request
  const selectors = listQuery(query, path.namespace)
  const byName = [selectors.fieldSelector, `metadata.name=${name}`].filter(Boolean).join(',')
  try {
    streamWatch(context.engine, outgoing, {
      kind,
      query: name === undefined ? selectors : { ...selectors, fieldSelector: byName },
      timeoutSeconds: query.get('timeoutSeconds') ?? undefined,
      allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks') ?? 'false'),
      sendInitialEvents: initialEvents(query),
      rendering: renderingOf(call),
    })
  } catch (error) {
    const gone = error instanceof StatusError && error.status.code === 410
    if (!gone || context.goneWatch === 'response') throw error
    streamError(outgoing, error)
  }
}

async function deleteOne(call: ResourceCall, target: Target): Promise<Answer> {
  const { context, request, kind } = call
  const rendering = renderingOf(call)
  const options = deleteRequest(request.query, request.user, (await parsedBody(request)).value)
  const { removed, object } = deleteObject(context.engine, target, options)
  if (!removed || traitsOf(kind).returnedWhenDeleted === true)
    return { code: 200, body: rendering.object(unstored(object)) }
  const { name, uid } = object.metadata
  const group = kind.group === '' ? {} : { group: kind.group }
  const details = { name, ...group, kind: kind.plural, uid }
  return jsonAnswer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
}

async function deleteCollection(call: ResourceCall): Promise<Answer> {
  const { context, request, kind, path } = call
  const rendering = renderingOf(call)
  const { value } = await parsedBody(request)
  const options = deleteRequest(request.query, request.user, value)
  const found = listObjects(context.engine, kind, listQuery(request.query, path.namespace))
  for (const { object } of found.items) {
    const { name, namespace } = object.metadata
    deleteObject(context.engine, { kind, name, namespace }, options)
  }
  return { code: 200, body: rendering.list(found) }
}
