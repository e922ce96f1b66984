import jsonPatch, { type Operation } from 'fast-json-patch'
import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, jsonCopy } from '../json.ts'
import { goMap } from '../patch/go-map.ts'
import { mergePatched } from '../patch/merge-patch.ts'
import { strategicMergePatched } from '../patch/strategic-merge.ts'
import { badRequest, invalid, StatusError } from '../status-error.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import { decodedObject, type Written, warned } from './create-object.ts'
import { placed } from './object-metadata.ts'
import { checkConditional, checkPreconditions } from './preconditions.ts'
import { checkName, replaceStored, storedAt } from './update-object.ts'

export type PatchType = 'json' | 'merge' | 'strategic'

/** `PATCH` of an object or of one of its subresources. */
export function patchObject(
  engine: ApiEngine,
  target: Target,
  request: WriteOptions & { patch: unknown | (() => unknown); patchType: PatchType },
): Written {
  const { patchType, ...options } = request
  const stored = storedAt(engine, target)
  const patch = typeof request.patch === 'function' ? request.patch() : request.patch
  const body = patched(jsonCopy(stored.object), patch, patchType)
  const shownPatch = () => (patchType === 'strategic' ? goMap(patch) : JSON.stringify(body))
  checkNamed(target, body, { fieldValidation: options.fieldValidation, shownPatch })
  const decoded = decodedPatch(shownPatch, () => decodedObject(engine, target, { ...options, body, shownPatch }))
  return warned(decoded.warnings, () => {
    const object = placed({ ...target, namespace: stored.object.metadata.namespace }, decoded.object)
    checkName(target, object)
    const { uid: _same, ...versioned } = object.metadata
    checkPreconditions(target, versioned, stored.object.metadata)
    checkConditional(target, object.metadata)
    return replaceStored(engine, target, { ...options, object, stored })
  })
}

/** What a patch takes its version from is nothing the real server can handle. */
function checkNamed(
  { kind, name }: Target,
  body: unknown,
  { fieldValidation, shownPatch }: Pick<WriteOptions, 'fieldValidation'> & { shownPatch: () => string },
): void {
  if (!isJsonObject(body) || (body.apiVersion ?? '') !== '') return
  if (!kind.custom) {
    const why = `the name of the object (${name} based on URL) was undeterminable: name must be provided`
    const refusal = badRequest(why)
    const fields = Object.keys(body).filter((field) => field !== 'kind' && field !== 'apiVersion')
    const unknown = fields.sort().map((field) => `unknown field "${field}"`)
    if (fieldValidation === 'Strict' && unknown.length > 0) {
      throw refusedPatch(shownPatch, `strict decoding error: ${unknown.join(', ')}`)
    }
    if (fieldValidation !== 'Ignore') refusal.warnings.push(...unknown)
    throw refusal
  }
  const why = "Object 'apiVersion' is missing in 'object has no apiVersion field'"
  const message = `Internal error occurred: ${why}`
  throw new StatusError({ code: 500, reason: 'InternalError', message, details: { causes: [{ message: why }] } })
}

/** What a patch made of an object is refused as the patch. */
export function decodedPatch<T>(shownPatch: () => string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.code !== 400) throw error
    // Refused by itself it would say first of which kind it is.
    const why = error.message.replace(/^\S+ in version "[^"]*" cannot be handled as a \w+: (?=no kind|json: )/, '')
    throw refusedPatch(shownPatch, why)
  }
}

function refusedPatch(shownPatch: () => string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(shownPatch())}: ${why}`
  return invalid({ group: '', kind: '', name: '' }, [{ reason: 'FieldValueInvalid', message, field: 'patch' }])
}

/** May change `current`. */
export function patched(current: KubeObject, patch: unknown, patchType: PatchType): unknown {
  if (patchType === 'json') return patch === null ? current : jsonPatched(current, patch)
  if (patch === null && patchType === 'merge') throw badRequest('Invalid JSON Patch')
  // A strategic merge reads null as a patch without fields.
  if (patch === null) return current
  if (!isJsonObject(patch)) {
    const why = `json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`
    throw badRequest(patchType === 'merge' ? `error decoding patch: ${why}` : why)
  }
  if (patchType === 'merge') return mergePatched(current, patch)
  const { apiVersion, kind } = current
  return { ...strategicMergePatched(current, patch), apiVersion, kind }
}

function jsonPatched(current: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp')
  }
  try {
    return patch.reduce(
      (document, operation: Operation) =>
        jsonPatch.applyPatch(document, [asApplied(document, operation)], true).newDocument,
      current,
    )
  } catch (error) {
    if (!(error instanceof jsonPatch.JsonPatchError)) throw error
    const message = 'the server rejected our request due to an error in our request'
    throw new StatusError({ code: 422, reason: 'Invalid', message, details: {} }, error)
  }
}

/** The real server replaces fields that are not there, and takes them for null in a test or a copy. */
function asApplied(document: unknown, operation: Operation): Operation {
  if (operation.op === 'test' && operation.value === null && isAbsent(document, operation.path)) {
    return { op: 'test', path: '', value: document }
  }
  if (operation.op === 'copy' && isAbsent(document, operation.from)) {
    return { op: 'add', path: operation.path, value: null }
  }
  if (operation.op !== 'replace') return operation
  const parent = operation.path.slice(0, operation.path.lastIndexOf('/'))
  try {
    const place: unknown = jsonPatch.getValueByPointer(document, parent)
    return isJsonObject(place) && operation.path !== '' ? { ...operation, op: 'add' } : operation
  } catch {
    return operation
  }
}

function isAbsent(document: unknown, path: string): boolean {
  try {
    return jsonPatch.getValueByPointer(document, path) === undefined
  } catch {
    return false
  }
}
