import { isDeepStrictEqual } from 'node:util'
import type { MergePatch } from './kube-client.ts'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutUndefined(field)]))
}

/**
 * The RFC 7386 patch that turns `current` into `desired`, or undefined when they say the same. The order of keys does
 * not count, `undefined` is the same as absent, arrays are replaced whole.
 */
export function mergePatchBetween(current: object, desired: object): MergePatch | undefined {
  const before = withoutUndefined(current)
  const after = withoutUndefined(desired)
  return isRecord(before) && isRecord(after) ? patchOf(before, after) : undefined
}

function patchOf(before: Record<string, unknown>, after: Record<string, unknown>): MergePatch | undefined {
  const patch: MergePatch = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key]
    const is = after[key]
    if (is === undefined) patch[key] = null
    else if (isRecord(was) && isRecord(is)) {
      const inner = patchOf(was, is)
      if (inner) patch[key] = inner
    } else if (!isDeepStrictEqual(was, is)) patch[key] = is
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

/** RFC 7386: the value that results from applying `patch` to `target`; neither is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = applyMergePatch(result[key], value)
  }
  return result
}
