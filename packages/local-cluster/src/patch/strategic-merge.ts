import { isJsonObject, type JsonObject, jsonEqual } from '../json.ts'
import { StatusError } from '../status-error.ts'
import { goMap } from './go-map.ts'
import { type ListStrategy, listStrategy } from './merge-keys.ts'

const DIRECTIVE = '$patch'
const RETAIN = '$retainKeys'
const DELETE_FROM = '$deleteFromPrimitiveList/'
const ORDER = '$setElementOrder/'

/** Kubernetes' strategic merge patch with its directives; `field` names the field that holds the object. */
export function strategicMergePatched(current: unknown, patch: JsonObject, field = ''): JsonObject {
  if (patch[DIRECTIVE] === 'delete') return {}
  if (patch[DIRECTIVE] === 'replace') return withoutDirectives(patch)
  if (patch[DIRECTIVE] !== undefined) throw unknownDirective(patch)
  const before = isJsonObject(current) ? current : {}
  const result = retained(before, patch[RETAIN])
  for (const [name, values] of listDirectives(patch, DELETE_FROM)) {
    const list = result[name]
    if (Array.isArray(list)) result[name] = list.filter((item) => !values.some((value) => jsonEqual(value, item)))
  }
  for (const [key, value] of Object.entries(withoutDirectives(patch))) {
    if (value === null) delete result[key]
    else result[key] = patchedValue(result[key], value, { field, key })
  }
  reorder(result, patch, { field, before })
  return result
}

/** Puts lists into the order that the patch wants. */
function reorder(
  result: JsonObject,
  patch: JsonObject,
  { field, before }: { field: string; before: JsonObject },
): void {
  for (const [name, order] of listDirectives(patch, ORDER)) {
    const strategy = listStrategy(field, name)
    if (strategy !== undefined) checkOrder(arrayOf(patch[name]), order, strategy)
    const list = result[name]
    if (strategy === undefined || !Array.isArray(list)) continue
    result[name] = ordered(list, order, { before: arrayOf(before[name]), strategy })
  }
}

function listDirectives(patch: JsonObject, prefix: string): [name: string, values: unknown[]][] {
  return Object.entries(patch).flatMap(([key, values]): [string, unknown[]][] =>
    key.startsWith(prefix) && Array.isArray(values) ? [[key.slice(prefix.length), values]] : [],
  )
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function retained(current: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return { ...current }
  return Object.fromEntries(Object.entries(current).filter(([key]) => keys.includes(key)))
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')))
}

function patchedValue(current: unknown, value: unknown, { field, key }: { field: string; key: string }): unknown {
  if (isJsonObject(value)) return strategicMergePatched(current, value, key)
  if (Array.isArray(value) && current === undefined) return added(value)
  const strategy = listStrategy(field, key)
  if (!Array.isArray(value) || strategy === undefined) return value
  const before = arrayOf(current)
  const merged =
    strategy === 'set'
      ? [...before, ...value.filter((item) => !before.includes(item))]
      : mergedList(before, value.filter(isJsonObject), { key, mergeKey: strategy.mergeKey })
  return ordered(merged, value, { before, strategy })
}

/** The items of a list that was not there. */
function added(items: unknown[]): unknown[] {
  return items.flatMap((item) => {
    if (!isJsonObject(item)) return [item]
    return item[DIRECTIVE] === undefined ? [withoutDirectives(item)] : []
  })
}

function mergedList(before: unknown[], patches: JsonObject[], { key, mergeKey }: { key: string; mergeKey: string }) {
  const replaces = patches.some((patch) => patch[DIRECTIVE] === 'replace' && patch[mergeKey] === undefined)
  let result = replaces ? [] : [...before]
  for (const patch of patches) {
    const identity = patch[mergeKey]
    if (identity === undefined && patch[DIRECTIVE] === 'replace') continue
    if (identity === undefined) throw noMergeKey(patch, mergeKey)
    const index = result.findIndex((item) => isJsonObject(item) && item[mergeKey] === identity)
    if (patch[DIRECTIVE] === 'delete') result = result.filter((_item, position) => position !== index)
    else if (index < 0) result.push(strategicMergePatched({}, patch, key))
    else result[index] = strategicMergePatched(result[index], patch, key)
  }
  return result
}

/** What a patch adds must be in its own order. */
function checkOrder(items: unknown[], order: unknown[], strategy: ListStrategy): void {
  const identity = (item: unknown) => (strategy !== 'set' && isJsonObject(item) ? item[strategy.mergeKey] : item)
  const kept = items.filter((item) => !(isJsonObject(item) && item[DIRECTIVE] === 'delete'))
  const places = kept.map((item) => order.findIndex((one) => identity(one) === identity(item)))
  if (places.every((place, index) => place >= 0 && place >= (places[index - 1] ?? 0))) return
  const message = `The order in patch list:\n${goMap(items)}\n doesn't match $setElementOrder list:\n${goMap(order)}\n`
  throw new StatusError({ code: 500, message })
}

function unknownDirective(patch: JsonObject): StatusError {
  const message = `unknown patch type: ${patch[DIRECTIVE]} in map: ${goMap(patch)}`
  return new StatusError({ code: 500, message })
}

function noMergeKey(patch: JsonObject, mergeKey: string): StatusError {
  const message = `map: ${goMap(patch)} does not contain declared merge key: ${mergeKey}`
  return new StatusError({ code: 500, message })
}

/** The items the patch names in its order; those it does not know keep their place among their old neighbours. */
function ordered(list: unknown[], order: unknown[], context: { before: unknown[]; strategy: ListStrategy }): unknown[] {
  const { before, strategy } = context
  const identity = (item: unknown) => (strategy !== 'set' && isJsonObject(item) ? item[strategy.mergeKey] : item)
  const wanted = order.map(identity)
  const rank = before.map(identity)
  const named = wanted.flatMap((id) => list.filter((item) => identity(item) === id).slice(0, 1))
  const others = list.filter((item) => !wanted.includes(identity(item)))
  const result: unknown[] = []
  for (const item of named) {
    const place = rank.indexOf(identity(item))
    while (place >= 0 && others.length > 0 && rank.indexOf(identity(others[0])) < place) result.push(others.shift())
    result.push(item)
  }
  return [...result, ...others]
}
