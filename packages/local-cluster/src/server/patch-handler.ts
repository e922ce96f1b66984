import { isJsonObject } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import type { Target } from '../resources/api-engine.ts'
import type { Written } from '../resources/create-object.ts'
import { type PatchType, patchObject } from '../resources/patch-object.ts'
import { badRequest, StatusError } from '../status-error.ts'
import { readBody } from './api-request.ts'
import { mediaType, unsupportedMediaType } from './body.ts'
import { duplicateFields } from './duplicate-fields.ts'
import { unsupportedContent } from './negotiation.ts'
import { writeOptions } from './query-options.ts'
import type { ResourceCall } from './resource-call.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json'
const PATCH_TYPES: Record<string, PatchType> = {
  [JSON_PATCH]: 'json',
  [MERGE_PATCH]: 'merge',
  [STRATEGIC_PATCH]: 'strategic',
}

interface RequestedPatch {
  patchFaults: string[]
  /** Read when there is something to patch. */
  patch: () => unknown
  patchType: PatchType
}

/** The patch of a request and how it is meant; throws 415 for what this server does not apply. */
export async function patchOf(call: ResourceCall): Promise<RequestedPatch> {
  const patchType = checkPatchType(call)
  const text = (await readBody(call.request)).toString('utf8')
  const isChecked = writeOptions(call.request).fieldValidation !== 'Ignore'
  return {
    patch: () => readPatch(text, { patchType, isChecked }),
    patchType,
    patchFaults: patchFaults(text, patchType),
  }
}

const OPERATION_FIELDS = new Set(['op', 'from', 'path', 'value'])

/** What a strict reader finds in a patch; nothing in one that is no JSON. */
function patchFaults(text: string, patchType: PatchType): string[] {
  const patch = parsedOrNothing(text)
  if (patch === undefined) return []
  const intro = patchType === 'json' ? 'json patch ' : ''
  const twice = duplicateFields(text).map((path) => `${intro}duplicate field "${path}"`)
  if (patchType !== 'json' || !Array.isArray(patch)) return twice
  const unknown = patch.flatMap((operation, index) =>
    Object.keys(isJsonObject(operation) ? operation : {})
      .filter((name) => !OPERATION_FIELDS.has(name))
      .map((name) => `${intro}unknown field "[${index}].${name}"`),
  )
  return [...twice, ...unknown]
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function checkPatchType({ request, kind }: ResourceCall): PatchType {
  const type = mediaType(request)
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+cbor') {
    const message = 'server-side apply is not served by this embedded API server: use client-side apply or a patch'
    throw new StatusError({ code: 415, reason: 'UnsupportedMediaType', message })
  }
  const patchType = PATCH_TYPES[type]
  if (patchType === undefined || (patchType === 'strategic' && kind.custom)) throw unsupportedPatch(kind)
  return patchType
}

/** Built-in kinds are refused by the framework that the real server routes them with. */
function unsupportedPatch({ custom }: KindDefinition): StatusError {
  if (!custom) return unsupportedContent()
  return unsupportedMediaType([JSON_PATCH, MERGE_PATCH, 'application/apply-patch+yaml'])
}

/** Only what is checked first is called a patch in the refusal. */
function readPatch(text: string, { patchType, isChecked }: { patchType: PatchType; isChecked: boolean }): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (patchType === 'merge' && !isChecked) throw badRequest('Invalid JSON Patch')
    throw badRequest(patchType === 'strategic' || !isChecked ? why : `error decoding patch: ${why}`)
  }
}

export async function handlePatch(call: ResourceCall, target: Target): Promise<Written> {
  const wanted = await patchOf(call)
  const options = writeOptions(call.request)
  return patchObject(call.context.engine, target, { ...options, ...wanted })
}
