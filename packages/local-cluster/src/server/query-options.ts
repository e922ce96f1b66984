import { fieldsAt, isJsonObject } from '../json.ts'
import type { UserInfo } from '../kind-definition.ts'
import type { WriteOptions } from '../resources/api-engine.ts'
import type { DeleteRequest } from '../resources/delete-object.ts'
import { type ListQuery, wholeNumber } from '../resources/list-objects.ts'
import { badRequest, invalid } from '../status-error.ts'
import type { ApiRequest } from './api-request.ts'

/** How the API calls the parameters of a write, by method. */
const OPTIONS: Record<string, string> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' }

export function listQuery(query: URLSearchParams, namespace: string | undefined): ListQuery {
  const value = (name: string) => query.get(name) ?? undefined
  return {
    namespace,
    labelSelector: value('labelSelector'),
    fieldSelector: value('fieldSelector'),
    limit: value('limit'),
    continue: value('continue'),
    resourceVersion: value('resourceVersion'),
    resourceVersionMatch: value('resourceVersionMatch'),
  }
}

/** Undefined leaves it to the resourceVersion whether a watch begins with what exists. */
export function initialEvents(query: URLSearchParams): boolean | undefined {
  const wanted = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch') ?? ''
  const field = 'resourceVersionMatch'
  if (wanted === null) {
    if (match === '') return undefined
    throw forbiddenOption(field, `${field} is forbidden for watch unless sendInitialEvents is provided`)
  }
  if (match === 'NotOlderThan') return wanted === 'true'
  throw forbiddenOption(field, `sendInitialEvents requires setting ${field} to NotOlderThan`)
}

export function checkIsList(query: URLSearchParams): void {
  const field = 'sendInitialEvents'
  if (query.has(field)) throw forbiddenOption(field, `${field} is forbidden for list`)
}

function forbiddenOption(field: string, why: string) {
  const cause = { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }
  return invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [cause])
}

export function writeOptions({ method, query, user }: ApiRequest): WriteOptions {
  const options = OPTIONS[method] ?? 'CreateOptions'
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    const supported = '"", "Ignore", "Strict", "Warn"'
    throw unsupported(options, { field: 'fieldValidation', value: JSON.stringify(fieldValidation), supported })
  }
  return { user, dryRun: dryRun(query.getAll('dryRun'), options), fieldValidation }
}

/** From the body of a deletion, or from its query when it has none. */
export function deleteRequest(query: URLSearchParams, user: UserInfo, body: unknown): DeleteRequest {
  const options = isJsonObject(body) ? body : Object.fromEntries(query)
  const dryRuns = Array.isArray(options.dryRun) ? options.dryRun.map(String) : query.getAll('dryRun')
  const { uid, resourceVersion } = fieldsAt(options, 'preconditions')
  const grace = options.gracePeriodSeconds
  const gracePeriodSeconds = typeof grace === 'string' ? wholeNumber(grace) : grace
  const propagationPolicy = policyOf(options)
  return {
    user,
    dryRun: dryRun(dryRuns, 'DeleteOptions'),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}

function policyOf({
  propagationPolicy,
  orphanDependents,
}: Record<string, unknown>): DeleteRequest['propagationPolicy'] {
  if (propagationPolicy === undefined || propagationPolicy === null) {
    if (orphanDependents === undefined || orphanDependents === null) return undefined
    return orphanDependents === true || orphanDependents === 'true' ? 'Orphan' : 'Background'
  }
  if (propagationPolicy === 'Foreground' || propagationPolicy === 'Background' || propagationPolicy === 'Orphan') {
    return propagationPolicy
  }
  const supported = '"Foreground", "Background", "Orphan", "nil"'
  const value = JSON.stringify(propagationPolicy)
  throw unsupported('DeleteOptions', { field: 'propagationPolicy', value, supported })
}

function dryRun(values: string[], options: string): boolean {
  if (values.every((value) => value === 'All')) return values.length > 0
  const value = `[]string{${values.map((one) => JSON.stringify(one)).join(', ')}}`
  throw unsupported(options, { field: 'dryRun', value, supported: '"All"' })
}

function unsupported(
  options: string,
  { field, value, supported }: { field: string; value: string; supported: string },
) {
  const message = `Unsupported value: ${value}: supported values: ${supported}`
  return invalid({ group: 'meta.k8s.io', kind: options, name: '' }, [
    { reason: 'FieldValueNotSupported', message, field },
  ])
}

export function includeObject(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
  const value = query.get('includeObject') || 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw badRequest(`unrecognized value for includeObject: ${value}`)
}
