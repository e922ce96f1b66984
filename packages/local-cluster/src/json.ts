export type JsonObject = Record<string, unknown>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of field names; undefined where the path ends early. */
export function valueAt(value: unknown, ...path: string[]): unknown {
  let current = value
  for (const name of path) {
    if (!isJsonObject(current)) return undefined
    current = current[name]
  }
  return current
}

export function objectAt(value: unknown, ...path: string[]): JsonObject | undefined {
  const found = valueAt(value, ...path)
  return isJsonObject(found) ? found : undefined
}

export function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = valueAt(value, ...path)
  return Array.isArray(found) ? found : []
}

export function stringAt(value: unknown, ...path: string[]): string {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function numberAt(value: unknown, ...path: string[]): number | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** The objects of the list at a path; other members are left out. */
export function objectsAt(value: unknown, ...path: string[]): JsonObject[] {
  return listAt(value, ...path).filter(isJsonObject)
}

/** The fields of the object at a path; none when there is no object. */
export function fieldsAt(value: unknown, ...path: string[]): JsonObject {
  return objectAt(value, ...path) ?? {}
}

/** A copy that shares nothing. */
export function jsonCopy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(jsonCopy) as T
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) copy[name] = jsonCopy(value[name])
  return copy as T
}

/** Equal as JSON: the order of keys does not matter, absent and undefined are the same. */
export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, i) => jsonEqual(item, right[i]))
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  return (
    Object.keys(left).every((name) => jsonEqual(left[name], right[name])) &&
    Object.keys(right).every((name) => right[name] === undefined || left[name] !== undefined)
  )
}

/** JSON with sorted keys and `<`, `>`, `&` escaped, as Go writes it into messages. */
export function goJson(value: unknown): string {
  const sorted = JSON.stringify(value, (_name, part: unknown) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
  return sorted.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
