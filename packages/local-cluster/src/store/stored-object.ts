import type { KubeObject } from '../cluster-access.ts'
import { keyOf } from '../object-address.ts'

/** One state of one object. The object is frozen: readers share it. */
export interface StoredObject {
  readonly object: KubeObject
  readonly revision: number
  readonly key: string
  /** JSON of all fields but `kind` and `apiVersion`, without the opening brace: serialized once for all readers. */
  tail(): string
}

export function storedObject(object: KubeObject, revision: number): StoredObject {
  const metadata = { ...object.metadata, resourceVersion: String(revision) }
  const state = deepFreeze({ ...object, metadata })
  let tail: string | undefined
  return {
    object: state,
    revision,
    key: keyOf(metadata),
    tail() {
      tail ??= jsonTail(state)
      return tail
    },
  }
}

/** An object that a dry run would have stored, to be answered like a stored one. */
export function unstored(object: KubeObject): { object: KubeObject; tail(): string } {
  return { object, tail: () => jsonTail(object) }
}

function jsonTail({ kind: _kind, apiVersion: _apiVersion, ...fields }: KubeObject): string {
  return wireJson(fields).slice(1)
}

/** JSON with the two line separators escaped as Go does: some clients split a watch at them. */
export function wireJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) =>
    separator === '\u2028' ? '\\u2028' : '\\u2029',
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
