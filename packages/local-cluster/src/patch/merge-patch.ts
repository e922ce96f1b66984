import { isJsonObject, type JsonObject } from '../json.ts'

/** RFC 7386: null removes, objects merge, everything else replaces. */
export function mergePatched(current: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch
  const result: JsonObject = isJsonObject(current) ? { ...current } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatched(result[key], value)
  }
  return result
}
