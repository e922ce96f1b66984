/** What the server's `Status` says about the object or the field it refused. */
export interface StatusDetails {
  name?: string
  group?: string
  /** The plural resource name in most answers of the real server, in spite of the field's name. */
  kind?: string
  uid?: string
  causes?: { reason?: string; message?: string; field?: string }[]
}

interface ApiErrorOptions {
  status: number
  /** The machine-readable reason of the `Status`, or `Unknown` when the body was not one. */
  reason: string
  message: string
  /** From `Retry-After` or `details.retryAfterSeconds`: how long the server asked to wait. */
  retryAfterMs?: number | undefined
  details?: StatusDetails | undefined
  cause?: unknown
}

/** The Kubernetes API answered, and the answer was no. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status. */
  readonly status: number
  readonly reason: string
  readonly retryAfterMs: number | undefined
  readonly details: StatusDetails | undefined

  constructor(options: ApiErrorOptions) {
    super(options.message, { cause: options.cause })
    this.status = options.status
    this.reason = options.reason
    this.retryAfterMs = options.retryAfterMs
    this.details = options.details
  }
}

/** No answer came: refused, reset, timed out or aborted. A write may or may not have been applied. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable'
}

/** A newer object is stored than the one the request was made for: read again and decide anew. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason !== 'AlreadyExists'
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists'
}

/** The server names an object that does not exist. A path or kind that it does not serve is not meant. */
export function isNotFound(error: unknown): error is ApiError {
  return (
    error instanceof ApiError && error.status === 404 && error.reason === 'NotFound' && Boolean(error.details?.name)
  )
}

/** The asked resource version is no longer kept: list again. */
export function isGone(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')
}

/** Asked to come back later: rate limits of the server, or a disruption budget that forbids an eviction. */
export function isTooManyRequests(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 429
}
