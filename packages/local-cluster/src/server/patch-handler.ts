import type { Target } from '../resources/api-engine.ts'
import type { Written } from '../resources/create-object.ts'
import { type PatchType, patchObject } from '../resources/patch-object.ts'
import { StatusError } from '../status-error.ts'
import { readBody } from './api-request.ts'
import { fromJson, mediaType, unsupportedMediaType } from './body.ts'
import { writeOptions } from './query-options.ts'
import type { ResourceCall } from './resource-call.ts'

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** The patch of a request and how it is meant; throws 415 for what this server does not apply. */
export async function patchOf({ request, kind }: ResourceCall): Promise<{ patch: unknown; patchType: PatchType }> {
  const type = mediaType(request)
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+cbor') {
    const message = 'server-side apply is not served by this embedded API server: use client-side apply or a patch'
    throw new StatusError({ code: 415, reason: 'UnsupportedMediaType', message })
  }
  const patchType = PATCH_TYPES[type]
  if (patchType === undefined || (patchType === 'strategic' && kind.custom)) {
    const accepted = Object.keys(PATCH_TYPES).filter((name) => !kind.custom || PATCH_TYPES[name] !== 'strategic')
    throw unsupportedMediaType(accepted)
  }
  return { patch: fromJson((await readBody(request)).toString('utf8')), patchType }
}

export async function handlePatch(call: ResourceCall, target: Target): Promise<Written> {
  const options = writeOptions(call.request)
  const { patch, patchType } = await patchOf(call)
  return patchObject(call.context.engine, target, { ...options, patch, patchType })
}
