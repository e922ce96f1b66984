import type { KindDefinition } from '../kind-definition.ts'
import type { Target } from '../resources/api-engine.ts'
import { StatusError } from '../status-error.ts'
import type { ApiContext } from './api-context.ts'
import type { ApiRequest } from './api-request.ts'
import type { ResourcePath } from './request-path.ts'

/** One request for a collection or an object of a served kind. */
export interface ResourceCall {
  context: ApiContext
  request: ApiRequest
  kind: KindDefinition
  path: ResourcePath
}

export function targetOf({ kind, path }: ResourceCall, name: string): Target {
  return { kind, namespace: kind.namespaced ? path.namespace : undefined, name }
}

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** A method that a kind or subresource does not serve. */
export function unservedMethod({ kind, request }: ResourceCall): StatusError {
  if (!kind.custom) return methodNotAllowed()
  const { group, plural } = kind
  const message = `${VERBS[request.method] ?? request.method} is not supported on resources of kind "${plural}.${group}"`
  return new StatusError({ code: 405, reason: 'MethodNotAllowed', message, details: { group, kind: plural } })
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource'
  return new StatusError({ code: 405, reason: 'MethodNotAllowed', message, details: {} })
}
