import { ApiError, type StatusDetails } from '../errors.ts'

interface Answer {
  statusCode: number
  headers: Record<string, string | string[] | undefined>
}

interface Status {
  kind: 'Status'
  reason?: string
  message?: string
  code?: number
  details?: StatusDetails & { retryAfterSeconds?: number }
}

/** The error for an answer other than success. `nowMs` is the wall clock, for a `Retry-After` that is a date. */
export function refusalOf({ statusCode, headers }: Answer, text: string, nowMs: number): ApiError {
  const status = statusIn(text)
  const header = headers['retry-after']
  const asked = retryAfterMs(Array.isArray(header) ? header[0] : header, nowMs)
  return errorOf(status ?? { kind: 'Status', message: text.slice(0, 300) }, statusCode, asked)
}

/** The error in an `ERROR` event of a watch. */
export function watchErrorOf(object: unknown): ApiError {
  return errorOf(isStatus(object) ? object : { kind: 'Status' }, 500, undefined)
}

function errorOf(status: Status, httpStatus: number, retryAfter: number | undefined): ApiError {
  const { retryAfterSeconds, ...details } = status.details ?? {}
  const code = status.code ?? httpStatus
  return new ApiError({
    status: code,
    reason: status.reason || 'Unknown',
    message: status.message || `HTTP status ${code}`,
    retryAfterMs: retryAfter ?? (retryAfterSeconds ? retryAfterSeconds * 1000 : undefined),
    details,
  })
}

function statusIn(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isStatus(value) ? value : undefined
  } catch {
    // Not JSON after all: a proxy in between has spoken, and its text is the message.
    return undefined
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
