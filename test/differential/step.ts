/** A change of an object: sets the value at a JSON pointer, or removes what is there when it has none. */
export interface Edit {
  at: string
  value?: unknown
}

/** The object as this server showed it last, changed. */
export interface ChangedObject {
  from: string
  /** Taken when it was never shown. */
  otherwise: Record<string, unknown>
  edits: Edit[]
}

/**
 * One request, for any server. Its texts may refer to what that server answered before:
 * `@{rv PATH}` and `@{old PATH}` (the last and the first resourceVersion seen of an object), `@{uid PATH}`,
 * `@{continue}` and `@{list}` (token and resourceVersion of the last list).
 */
export interface Step {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | string[]>
  body?: unknown
  /** Takes the place of `body`. */
  changed?: ChangedObject
  /** Sent as it is, instead of a body. */
  text?: string
  contentType?: string
  accept?: string
  /** Asked again until the answer holds this text: what the real server does in its own time. */
  until?: string
}

/** Requests that share a few names; they can be run alone. */
export interface Sequence {
  name: string
  /** Namespace that is theirs, made before the first step. */
  namespace: string
  steps: Step[]
}

const SUBRESOURCES = new Set(['status', 'scale', 'binding', 'eviction', 'token', 'finalize'])

/** Path of the object that a step is about; for a collection that path. */
export function objectPath({ path }: Step): string {
  const parts = path.split('/')
  return SUBRESOURCES.has(parts.at(-1) ?? '') ? parts.slice(0, -1).join('/') : path
}
