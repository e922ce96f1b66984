import jsonPatch, { type Operation } from 'fast-json-patch'
import type { KubeMetadata, KubeObject } from '../cluster-access.ts'
import { isJsonObject, jsonCopy } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { apiVersionOf } from '../object-address.ts'
import { mergePatched } from '../patch/merge-patch.ts'
import { strategicMergePatched } from '../patch/strategic-merge.ts'
import { badRequest, invalid, StatusError } from '../status-error.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import type { Written } from './create-object.ts'
import { addressed, immutableField } from './object-metadata.ts'
import { checkConditional, checkPreconditions } from './preconditions.ts'
import { checkName, replaceStored, storedAt } from './update-object.ts'

export type PatchType = 'json' | 'merge' | 'strategic'

/** `PATCH` of an object or of one of its subresources. */
export function patchObject(
  engine: ApiEngine,
  target: Target,
  request: WriteOptions & { patch: unknown; patchType: PatchType },
): Written {
  const { patch, patchType, ...options } = request
  const stored = storedAt(engine, target)
  const current = { ...jsonCopy(stored.object), apiVersion: apiVersionOf(target.kind) }
  const object = addressed(
    { ...target, namespace: stored.object.metadata.namespace },
    patched(current, patch, patchType),
  )
  checkName(target, object)
  checkSameUid(target.kind, object.metadata, stored.object.metadata)
  checkPreconditions(target, object.metadata, stored.object.metadata)
  checkConditional(target, object.metadata)
  const shownPatch = () => (patchType === 'strategic' ? goMap(patch) : JSON.stringify(object))
  return replaceStored(engine, target, { ...options, object, stored, shownPatch })
}

/** A patch may not name another object; in a `PUT` the same is a lost race. */
function checkSameUid(kind: KindDefinition, { uid }: KubeMetadata, stored: KubeMetadata): void {
  if (uid === undefined || uid === '' || uid === stored.uid) return
  throw invalid({ group: kind.group, kind: kind.kind, name: stored.name }, [immutableField('metadata.uid', uid)])
}

/** A map as Go prints it. */
function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value)
  const entries = Object.keys(value).sort()
  return `map[${entries.map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`
}

/** May change `current`. */
export function patched(current: KubeObject, patch: unknown, patchType: PatchType): unknown {
  if (patchType === 'json') return jsonPatched(current, patch)
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
    return jsonPatch.applyPatch(current, patch as Operation[], true).newDocument
  } catch (error) {
    if (!(error instanceof jsonPatch.JsonPatchError)) throw error
    throw new StatusError(
      {
        code: 422,
        reason: 'Invalid',
        message: 'the server rejected our request due to an error in our request',
        details: {},
      },
      error,
    )
  }
}
