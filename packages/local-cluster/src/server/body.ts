import { parse } from 'yaml'
import { decodeProtobuf } from '../protobuf/decode-protobuf.ts'
import { badRequest, StatusError } from '../status-error.ts'
import { type ApiRequest, header, readBody } from './api-request.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'

/** Media type of the body without parameters; JSON when none is sent. */
export function mediaType(request: ApiRequest): string {
  return header(request, 'content-type').split(';')[0]?.trim().toLowerCase() || 'application/json'
}

export function unsupportedMediaType(accepted: string[]): StatusError {
  const what = 'the body of the request was in an unknown format'
  const message = `${what} - accepted media types include: ${accepted.join(', ')}`
  return new StatusError({ code: 415, reason: 'UnsupportedMediaType', message })
}

interface Body {
  value: unknown
  /** The JSON text; empty for other formats. */
  text: string
}

/** Parses JSON, YAML, or the protobuf of typed clients; an empty body is undefined. */
export async function parsedBody(request: ApiRequest): Promise<Body> {
  const type = mediaType(request)
  const bytes = await readBody(request)
  if (bytes.length === 0) return { value: undefined, text: '' }
  if (type === 'application/json') {
    const text = bytes.toString('utf8')
    return { value: fromJson(text), text }
  }
  if (type === PROTOBUF) return { value: fromProtobuf(bytes), text: '' }
  if (type === 'application/yaml' || type === 'application/x-yaml')
    return { value: fromYaml(bytes.toString('utf8')), text: '' }
  throw unsupportedMediaType(['application/json', 'application/yaml', PROTOBUF])
}

function fromProtobuf(bytes: Buffer): unknown {
  try {
    return decodeProtobuf(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw badRequest(`unable to decode protobuf: ${error.message}`)
  }
}

export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StatusError(
      { code: 400, reason: 'BadRequest', message: `couldn't get version/kind; json parse error: ${messageOf(error)}` },
      error,
    )
  }
}

function fromYaml(text: string): unknown {
  try {
    return parse(text, { version: '1.1' })
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
