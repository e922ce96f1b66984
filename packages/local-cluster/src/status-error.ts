/** One field's fault in a refused object. */
export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

/** The API's answer to a request it refuses (`v1` Status). */
interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Failure'
  message: string
  reason?: string
  details?: StatusDetails
  code: number
}

/** A refusal as the real API server words it; `status` is the body of its answer. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status
  /** Texts of Warning headers that come with the refusal. */
  readonly warnings: string[] = []

  constructor(refusal: { code: number; reason?: string; message: string; details?: StatusDetails }, cause?: unknown) {
    super(refusal.message, { cause })
    const { code, reason, message, details } = refusal
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    }
  }
}

/** Names a kind in a refusal: its group and, as the real server does, its plural or its kind. */
interface RefusedObject {
  group: string
  plural: string
  name: string
}

function qualified({ group, plural }: { group: string; plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`
}

function detailsOf({ group, plural, name }: RefusedObject): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural }
}

export function notFound(object: RefusedObject): StatusError {
  return new StatusError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(object)} "${object.name}" not found`,
    details: detailsOf(object),
  })
}

/** The name of a new object is taken, perhaps by one that is about to go; a generated one may be free next time. */
export function alreadyExists(object: RefusedObject, about: { isLeaving: boolean; isGenerated: boolean }): StatusError {
  const exists = `${qualified(object)} "${object.name}" already exists`
  const advice = ', the server was not able to generate a unique name for the object'
  const { isLeaving, isGenerated } = about
  return new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${isLeaving ? 'object is being deleted: ' : ''}${exists}${isGenerated ? advice : ''}`,
    details: { ...detailsOf(object), ...(isGenerated ? { retryAfterSeconds: 1 } : {}) },
  })
}

/** A lost race or a precondition that does not hold. */
export function conflict(object: RefusedObject, why: string): StatusError {
  return new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(object)} "${object.name}": ${why}`,
    details: detailsOf(object),
  })
}

export function forbidden(object: RefusedObject, why: string, causes?: StatusCause[]): StatusError {
  const named = object.name === '' ? qualified(object) : `${qualified(object)} "${object.name}"`
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${named} is forbidden: ${why}`,
    details: { ...detailsOf(object), ...(causes === undefined ? {} : { causes }) },
  })
}

/** The kind's own rules refuse the object; the message is made of the causes as kubectl users know it. */
export function invalid(object: { group: string; kind: string; name: string }, causes: StatusCause[]): StatusError {
  const faults = [
    ...new Set(causes.map(({ field, message }) => (field === undefined ? `${message}` : `${field}: ${message}`))),
  ]
  const [first] = faults
  const text = faults.length === 1 && first !== undefined ? first : `[${faults.join(', ')}]`
  const { group, kind, name } = object
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${qualified({ group, plural: kind })} "${name}" is invalid${causes.length === 0 ? '' : `: ${text}`}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      ...(kind === '' ? {} : { kind }),
      causes,
    },
  })
}

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: 'BadRequest', message })
}
