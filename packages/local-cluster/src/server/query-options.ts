import { fieldsAt, isJsonObject } from '../json.ts'
import type { UserInfo } from '../kind-definition.ts'
import type { WriteOptions } from '../resources/api-engine.ts'
import type { DeleteRequest } from '../resources/delete-object.ts'
import { checkReadable, type ListQuery, wholeNumber } from '../resources/list-objects.ts'
import { checkListOptions, checkWatchOptions } from '../resources/list-options-faults.ts'
import { badRequest, invalid, type StatusCause } from '../status-error.ts'
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
  return wanted === null ? undefined : wanted !== 'false' && wanted !== '0'
}

/** The options of a list or watch as sent, refused when they cannot be read or do not go together. */
export function checkedListQuery(query: URLSearchParams, namespace: string | undefined, watch: boolean): ListQuery {
  const options = listQuery(query, namespace)
  checkReadable(options)
  const all = { ...options, sendInitialEvents: query.get('sendInitialEvents') ?? undefined }
  if (watch) checkWatchOptions(all)
  else checkListOptions(all)
  return options
}

export function writeOptions({ method, query, user }: ApiRequest): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  const dryRuns = query.getAll('dryRun')
  const faults = dryRunFaults(dryRuns)
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    const value = JSON.stringify(fieldValidation)
    faults.push(unsupported({ field: 'fieldValidation', value, supported: '"", "Ignore", "Strict", "Warn"' }))
    throw refusedOptions(OPTIONS[method] ?? 'CreateOptions', faults)
  }
  if (faults.length > 0) throw refusedOptions(OPTIONS[method] ?? 'CreateOptions', faults)
  return { user, dryRun: dryRuns.length > 0, fieldValidation }
}

/** From the body of a deletion, or from its query when it has none. */
export function deleteRequest(query: URLSearchParams, user: UserInfo, body: unknown): DeleteRequest {
  const options = isJsonObject(body) ? body : Object.fromEntries(query)
  if (isJsonObject(body)) checkIsOptions(body)
  const dryRuns = Array.isArray(options.dryRun) ? options.dryRun.map(String) : query.getAll('dryRun')
  const { uid, resourceVersion } = fieldsAt(options, 'preconditions')
  const grace = options.gracePeriodSeconds
  const gracePeriodSeconds = typeof grace === 'string' ? wholeNumber(grace) : grace
  const { policy: propagationPolicy, faults } = policyOf(options)
  const all = [...faults, ...dryRunFaults(dryRuns)]
  if (all.length > 0) throw refusedOptions('DeleteOptions', all)
  return {
    user,
    dryRun: dryRuns.length > 0,
    cascading: options.orphanDependents === false || options.orphanDependents === 'false',
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}

function checkIsOptions({ kind = 'DeleteOptions', apiVersion = 'v1' }: Record<string, unknown>): void {
  if (kind === 'DeleteOptions' || kind === '') return
  throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme`)
}

interface Policy {
  policy?: DeleteRequest['propagationPolicy']
  faults: StatusCause[]
}

function policyOf({ propagationPolicy: wanted, orphanDependents }: Record<string, unknown>): Policy {
  if (wanted === undefined || wanted === null) {
    if (orphanDependents === undefined || orphanDependents === null) return { faults: [] }
    return { policy: orphanDependents === true || orphanDependents === 'true' ? 'Orphan' : 'Background', faults: [] }
  }
  const faults: StatusCause[] = []
  if (orphanDependents !== undefined && orphanDependents !== null) {
    const message = `Invalid value: ${JSON.stringify(wanted)}: orphanDependents and deletionPropagation cannot be both set`
    faults.push({ reason: 'FieldValueInvalid', message, field: 'propagationPolicy' })
  }
  if (wanted === 'Foreground' || wanted === 'Background' || wanted === 'Orphan') return { policy: wanted, faults }
  const supported = '"Foreground", "Background", "Orphan", "nil"'
  return { faults: [...faults, unsupported({ field: 'propagationPolicy', value: JSON.stringify(wanted), supported })] }
}

function dryRunFaults(values: string[]): StatusCause[] {
  if (values.every((value) => value === 'All')) return []
  return [unsupported({ field: 'dryRun', value: JSON.stringify(values), supported: '"All"' })]
}

function unsupported({ field, value, supported }: { field: string; value: string; supported: string }): StatusCause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${value}: supported values: ${supported}`,
    field,
  }
}

function refusedOptions(options: string, faults: StatusCause[]) {
  return invalid({ group: 'meta.k8s.io', kind: options, name: '' }, faults)
}

export function includeObject(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
  const value = query.get('includeObject') || 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  const supported = "must be 'Metadata', 'Object', 'None', or empty"
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: ${supported}`,
  )
}
