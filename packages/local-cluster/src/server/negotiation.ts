import { StatusError } from '../status-error.ts'

/** In which form objects are answered. */
export type Representation = 'object' | 'metadata' | 'metadata-list' | 'table'

interface MediaRange {
  type: string
  parameters: Record<string, string>
}

/** The media ranges of an Accept header in its order. */
export function acceptedRanges(accept: string): MediaRange[] {
  if (accept.trim() === '') return [{ type: '*/*', parameters: {} }]
  return accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const pairs = parameters.map((parameter) => parameter.split('=', 2).map((part) => part.trim()))
    return { type: type.toLowerCase(), parameters: Object.fromEntries(pairs) }
  })
}

export function isJson({ type }: { type: string }): boolean {
  return type === 'application/json' || type === 'application/*' || type === '*/*'
}

/** The first form the client accepts; undefined when it is none of ours. */
function acceptedForm(accept: string, custom: boolean): Representation | undefined {
  for (const range of acceptedRanges(accept)) {
    const form = isJson(range) && isRouted(range, custom) ? formOf(range) : undefined
    if (form !== undefined) return form
  }
  return undefined
}

/** The framework that routes to built-in kinds does not know every range. */
function isRouted({ type }: MediaRange, custom: boolean): boolean {
  return custom || type !== 'application/*'
}

const FORMS: Record<string, Representation> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata-list',
}

function formOf({ parameters: { as, g, v } }: MediaRange): Representation | undefined {
  if (as === undefined) return 'object'
  return g === 'meta.k8s.io' && v === 'v1' ? FORMS[as] : undefined
}

interface Asked {
  custom: boolean
  /** Lists can be watched. */
  streams: boolean
}

/** The form in which a kind's objects are answered; throws 406 when the client accepts none of ours. */
export function representation(accept: string, { custom, streams }: Asked): Representation {
  const form = acceptedForm(accept, custom)
  if (form !== undefined) return form
  if (acceptedRanges(accept).some((range) => isJson(range) && isRouted(range, custom))) throw notAcceptable()
  if (custom) throw notAcceptable()
  const available = streams ? `${MEDIA_TYPES}, ${STREAM_TYPES}` : MEDIA_TYPES
  throw refusedByRouter(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`)
}

const STREAM_TYPES = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'
const MEDIA_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

export function notAcceptable(): StatusError {
  const message = `only the following media types are accepted: ${MEDIA_TYPES}`
  return new StatusError({ code: 406, reason: 'NotAcceptable', message })
}

/** A body that the real server's framework refuses before it knows the kind. */
export function unsupportedContent(): StatusError {
  return refusedByRouter(415, 'UnsupportedMediaType', '415: Unsupported Media Type')
}

function refusedByRouter(code: number, reason: string, message: string): StatusError {
  return new StatusError({ code, reason, message, details: {} })
}
