import { isJsonObject } from '../json.ts'

/** A value as Go prints it: maps with sorted keys, no quotes. */
export function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value)
  const entries = Object.keys(value).sort()
  return `map[${entries.map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`
}
