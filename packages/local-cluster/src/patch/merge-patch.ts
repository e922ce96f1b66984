import { isObject, type JsonObject } from '../resources/json-value.ts'

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function mergePatched(current: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: JsonObject = isObject(current) ? { ...current } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatched(result[key], value)
  }
  return result
}
