import type { UserInfo } from '../kind-definition.ts'
import type { WriteOptions } from '../resources/api-engine.ts'
import type { DeleteRequest } from '../resources/delete-object.ts'
import { isObject, objectAt } from '../resources/json-value.ts'
import { type ListQuery, wholeNumber } from '../resources/list-objects.ts'
import { badRequest, invalid } from '../status-error.ts'

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
  const fault = (field: string, why: string) => {
    const cause = { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }
    return invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [cause])
  }
  if (wanted === null) {
    if (match === '') return undefined
    throw fault(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    )
  }
  if (match === 'NotOlderThan') return wanted === 'true'
  throw fault('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
}

export function writeOptions(query: URLSearchParams, user: UserInfo): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    throw unsupported('fieldValidation', fieldValidation, '"Ignore", "Strict", "Warn"')
  }
  return { user, dryRun: dryRun(query.getAll('dryRun')), fieldValidation }
}

/** From the body of a deletion, or from its query when it has none. */
export function deleteRequest(query: URLSearchParams, user: UserInfo, body: unknown): DeleteRequest {
  const options = isObject(body) ? body : Object.fromEntries(query)
  const dryRuns = Array.isArray(options.dryRun) ? options.dryRun.map(String) : query.getAll('dryRun')
  const { uid, resourceVersion } = objectAt(options, 'preconditions')
  const grace = options.gracePeriodSeconds
  const gracePeriodSeconds = typeof grace === 'string' ? wholeNumber('gracePeriodSeconds', grace) : grace
  const propagationPolicy = policyOf(options)
  return {
    user,
    dryRun: dryRun(dryRuns),
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
  throw unsupported('propagationPolicy', String(propagationPolicy), '"Foreground", "Background", "Orphan", "nil"')
}

function dryRun(values: string[]): boolean {
  const wrong = values.find((value) => value !== 'All' && value !== '')
  if (wrong !== undefined) throw unsupported('dryRun', wrong, '"All"')
  return values.includes('All')
}

function unsupported(field: string, value: string, supported: string) {
  const message = `Unsupported value: "${value}": supported values: ${supported}`
  const cause = { reason: 'FieldValueNotSupported', message, field }
  return invalid({ group: 'meta.k8s.io', kind: 'Options', name: '' }, [cause])
}

export function includeObject(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
  const value = query.get('includeObject') || 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw badRequest(`unrecognized value for includeObject: ${value}`)
}
