import { invalid, type StatusCause } from '../status-error.ts'
import type { ListQuery } from './list-objects.ts'

const FIELD = 'resourceVersionMatch'

/** Refuses (422) parameters of a list that do not go together. */
export function checkListOptions(query: ListQuery & { sendInitialEvents?: string | undefined }): void {
  const { resourceVersion = '', resourceVersionMatch: match = '', continue: token = '' } = query
  const faults: StatusCause[] = []
  if (match !== '') {
    if (resourceVersion === '')
      faults.push(forbidden(FIELD, `${FIELD} is forbidden unless resourceVersion is provided`))
    if (token !== '') faults.push(forbidden(FIELD, `${FIELD} is forbidden when continue is provided`))
    if (match !== 'Exact' && match !== 'NotOlderThan') faults.push(unsupported(match, '"Exact", "NotOlderThan", ""'))
    if (match === 'Exact' && resourceVersion === '0') {
      faults.push(forbidden(FIELD, `${FIELD} "exact" is forbidden for resourceVersion "0"`))
    }
  }
  if (query.sendInitialEvents !== undefined) {
    faults.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  refuse(faults)
}

/** Refuses (422) parameters of a watch that do not go together. */
export function checkWatchOptions(query: ListQuery & { sendInitialEvents?: string | undefined }): void {
  const { resourceVersionMatch: match = '', continue: token = '', sendInitialEvents } = query
  const faults: StatusCause[] = []
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    faults.push(forbidden(FIELD, `sendInitialEvents requires setting ${FIELD} to NotOlderThan`))
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      faults.push(forbidden(FIELD, `${FIELD} is forbidden for watch unless sendInitialEvents is provided`))
    }
    if (match !== 'NotOlderThan') faults.push(unsupported(match, '"NotOlderThan"'))
    if (token !== '') faults.push(forbidden(FIELD, `${FIELD} is forbidden when continue is provided`))
  }
  refuse(faults)
}

function refuse(faults: StatusCause[]): void {
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, faults)
}

function forbidden(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }
}

function unsupported(match: string, supported: string): StatusCause {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`
  return { reason: 'FieldValueNotSupported', message, field: FIELD }
}
