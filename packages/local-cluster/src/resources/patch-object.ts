import jsonPatch, { type Operation } from 'fast-json-patch'
import type { KubeObject } from '../cluster-access.ts'
import { mergePatched } from '../patch/merge-patch.ts'
import { strategicMergePatched } from '../patch/strategic-merge.ts'
import { badRequest, StatusError } from '../status-error.ts'
import type { ApiEngine, Target, WriteOptions } from './api-engine.ts'
import type { Written } from './create-object.ts'
import { cloneJson, isObject } from './json-value.ts'
import { addressed, checkPreconditions } from './object-metadata.ts'
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
  const current = { ...cloneJson(stored.object), apiVersion: versionOf(target) }
  const object = addressed(
    { ...target, namespace: stored.object.metadata.namespace },
    patched(current, patch, patchType),
  )
  checkName(target, object)
  checkPreconditions(target, object.metadata, stored.object.metadata)
  return replaceStored(engine, target, { ...options, object, stored })
}

function versionOf({ kind }: Target): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}

/** May change `current`. */
export function patched(current: KubeObject, patch: unknown, patchType: PatchType): unknown {
  if (patchType === 'json') return jsonPatched(current, patch)
  if (!isObject(patch)) throw badRequest('the patch is not an object')
  return patchType === 'merge' ? mergePatched(current, patch) : strategicMergePatched(current, patch)
}

function jsonPatched(current: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
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
