export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a field; an empty one when it is something else or absent. */
export function objectAt(value: unknown, ...path: string[]): JsonObject {
  let found: unknown = value
  for (const step of path) found = isObject(found) ? found[step] : undefined
  return isObject(found) ? found : {}
}

/** The objects of the array at a field; other members are left out. */
export function objectsAt(value: unknown, ...path: string[]): JsonObject[] {
  const last = path.at(-1) ?? ''
  const list = objectAt(value, ...path.slice(0, -1))[last]
  return Array.isArray(list) ? list.filter(isObject) : []
}

export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
  return typeof found === 'string' ? found : undefined
}

/** A copy that shares nothing. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) copy[key] = cloneJson(value[key])
  return copy as T
}

/** Equal as JSON: the order of keys does not matter, absent and undefined are the same. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameJson(item, right[index]))
    )
  }
  if (!isObject(left) || !isObject(right)) return false
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => sameJson(left[key], right[key]))
}
