import { keyOf } from '../object-address.ts'
import type { Target } from '../resources/api-engine.ts'
import { createObject, type Written } from '../resources/create-object.ts'
import { deleteObject, deletionWarnings } from '../resources/delete-object.ts'
import { traitsOf } from '../resources/kind-traits.ts'
import { adviceOf, checkReached, listObjects, wantedVersion } from '../resources/list-objects.ts'
import { storedAt, updateObject } from '../resources/update-object.ts'
import { badRequest, StatusError } from '../status-error.ts'
import { unstored } from '../store/stored-object.ts'
import { type Answer, header, isTrue, jsonAnswer } from './api-request.ts'
import { checkMediaType, objectBody, parsedBody } from './body.ts'
import { duplicateFields } from './duplicate-fields.ts'
import { representation } from './negotiation.ts'
import { checkPatchType, handlePatch } from './patch-handler.ts'
import {
  checkedListQuery,
  deleteRequest,
  includeObject,
  initialEvents,
  listQuery,
  writeOptions,
} from './query-options.ts'
import { createRendering, type Rendering } from './rendering.ts'
import { type ResourceCall, targetOf, unservedMethod } from './resource-call.ts'
import { streamError, streamNothing, streamWatch } from './watch-stream.ts'

function renderingOf({ context, request, kind }: ResourceCall, streams = false): Rendering {
  return createRendering({
    kind,
    representation: representation(header(request, 'accept'), { ...kind, streams }),
    printer: context.printer,
    includeObject: includeObject(request.query),
  })
}

/** Requests on a collection. */
export async function handleCollection(call: ResourceCall): Promise<Answer | undefined> {
  const { request, kind, path } = call
  const { method } = request
  if (method === 'GET') {
    return request.isWatchPath || isTrue(request.query.get('watch') ?? 'false') ? watch(call) : list(call)
  }
  if (kind.namespaced && path.namespace === undefined) throw unservedMethod(call)
  if (kind.custom && (method === 'PUT' || method === 'PATCH')) throw badRequest('name must be provided')
  if (method === 'POST') {
    const rendering = renderingOf(call)
    checkMediaType(request)
    const body = await decodedBody(call)
    const written = createObject(call.context.engine, targetOf(call, ''), body)
    return writtenAnswer(rendering, written, 201)
  }
  if (method === 'DELETE' && !(kind.group === '' && kind.plural === 'namespaces')) return deleteCollection(call)
  throw unservedMethod(call)
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
    if (request.isWatchPath) return watch(call, name)
    const rendering = renderingOf(call)
    const wanted = wantedVersion(call.kind, listQuery(request.query, undefined))
    checkReached(context.engine, wanted, adviceOf(call.kind))
    return { code: 200, body: rendering.object(storedAt(context.engine, target)) }
  }
  if (method === 'PUT') {
    const rendering = renderingOf(call)
    const body = await decodedBody(call)
    const existed = context.engine.store.collection(call.kind).get(keyOf(target)) !== undefined
    return writtenAnswer(rendering, updateObject(context.engine, target, body), existed ? 200 : 201)
  }
  if (method === 'PATCH') {
    checkPatchType(call)
    const rendering = renderingOf(call)
    return writtenAnswer(rendering, await handlePatch(call, target), 200)
  }
  if (method === 'DELETE' && subresource === undefined) return deleteOne(call, target)
  throw unservedMethod(call)
}

async function decodedBody({ request, kind }: ResourceCall) {
  const options = writeOptions(request)
  const { value, text } = await objectBody(request, kind, options.fieldValidation)
  const duplicates = options.fieldValidation === 'Ignore' ? [] : duplicateFields(text)
  return { ...options, body: value, ...(duplicates.length === 0 ? {} : { duplicateFields: duplicates }) }
}

function writtenAnswer(rendering: Rendering, { stored, object, warnings }: Written, code: number): Answer {
  return withWarnings(warnings, () => ({ code, body: rendering.object(stored ?? unstored(object)), warnings }))
}

function list(call: ResourceCall): Answer {
  const rendering = renderingOf(call, true)
  const query = checkedListQuery(call.request.query, call.path.namespace, false)
  return { code: 200, body: rendering.list(listObjects(call.context.engine, call.kind, query)) }
}

function watch(call: ResourceCall, name?: string): undefined {
  const { context, request, kind, path } = call
  const { query, outgoing } = request
  const rendering = renderingOf(call, true)
  const selectors = checkedListQuery(query, path.namespace, true)
  const byName = [selectors.fieldSelector, `metadata.name=${name}`].filter(Boolean).join(',')
  if (rendering.isEmpty) {
    wantedVersion(undefined, selectors)
    streamNothing(outgoing)
    return
  }
  try {
    streamWatch(context.engine, outgoing, {
      kind,
      query: name === undefined ? selectors : { ...selectors, fieldSelector: byName },
      timeoutSeconds: query.get('timeoutSeconds') ?? undefined,
      allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks') ?? 'false'),
      sendInitialEvents: initialEvents(query),
      rendering,
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
  const warnings = deletionWarnings(kind, options)
  const { removed, object } = withWarnings(warnings, () => deleteObject(context.engine, target, options))
  if (!removed || traitsOf(kind).returnedWhenDeleted === true) {
    const code = !removed && options.cascading === true ? 202 : 200
    return withWarnings(warnings, () => ({ code, body: rendering.object(unstored(object)), warnings }))
  }
  const { name, uid } = object.metadata
  const group = kind.group === '' ? {} : { group: kind.group }
  const details = { name, ...group, kind: kind.plural, uid }
  return { ...jsonAnswer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }), warnings }
}

/** A refusal, too, comes with the warnings. */
function withWarnings<T>(warnings: string[], act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof StatusError) error.warnings.push(...warnings)
    throw error
  }
}

async function deleteCollection(call: ResourceCall): Promise<Answer> {
  const { context, request, kind, path } = call
  const rendering = renderingOf(call)
  const { value } = await parsedBody(request)
  const options = deleteRequest(request.query, request.user, value)
  const found = listObjects(context.engine, kind, checkedListQuery(request.query, path.namespace, false))
  for (const { object } of found.items) {
    const { name, namespace } = object.metadata
    deleteObject(context.engine, { kind, name, namespace }, options)
  }
  return { code: 200, body: rendering.list(found), warnings: deletionWarnings(kind, options) }
}
