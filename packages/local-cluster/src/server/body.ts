import { parse } from 'yaml'
import { isJsonObject } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { decodeProtobuf } from '../protobuf/decode-protobuf.ts'
import { badRequest, StatusError } from '../status-error.ts'
import { type ApiRequest, header, readBody } from './api-request.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const READABLE = ['application/json', 'application/yaml', PROTOBUF]

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
  throw unsupportedMediaType(READABLE)
}

/** Throws 415 for a body that nothing here can read. */
export function checkMediaType(request: ApiRequest): void {
  if (![...READABLE, 'application/x-yaml'].includes(mediaType(request))) throw unsupportedMediaType(READABLE)
}

function fromProtobuf(bytes: Buffer): unknown {
  try {
    return decodeProtobuf(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw badRequest(`unable to decode protobuf: ${error.message}`)
  }
}

function fromJson(text: string): unknown {
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

/** The object in the body of a write, and the JSON text it was read from; throws 400 for what is no object of the kind. */
export async function objectBody(request: ApiRequest, kind: KindDefinition, validation: string): Promise<Body> {
  const body = await readableBody(request, kind)
  const { value } = body
  checkNamesKind(kind, body)
  if (kind.custom && isJsonObject(value) && (value.apiVersion ?? '') === '' && (value.kind ?? '') !== '') {
    const expected = `does not match the expected API version (${kind.group}/${kind.version})`
    throw badRequest(`the API version in the data () ${expected}`)
  }
  if (kind.custom && isJsonObject(value) && (value.kind === undefined || value.kind === '')) {
    const why = `Object 'Kind' is missing in '${body.text}'`
    // A reader that is not strict has taken the kind from the address.
    if (validation !== 'Ignore') throw unrecognized(kind, body.text, why)
    throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`)
  }
  if (isJsonObject(value) || (value === null && !kind.custom)) return body
  if (value === undefined)
    throw unrecognized(kind, '', "couldn't get version/kind; json parse error: unexpected end of JSON input")
  if (value === null) throw unrecognized(kind, body.text, "Object 'Kind' is missing in 'null'")
  throw unrecognized(kind, body.text, "couldn't get version/kind; json parse error: it is not an object")
}

function checkNamesKind(kind: KindDefinition, { value, text }: Body): void {
  if (!isJsonObject(value)) return
  const wrong = ['apiVersion', 'kind'].find(
    (name) => ![undefined, null].includes(value[name] as never) && typeof value[name] !== 'string',
  )
  if (wrong === undefined) return
  const why = `json: cannot unmarshal ${typeof value[wrong]} into Go struct field .${wrong} of type string`
  throw unrecognized(kind, text, `couldn't get version/kind; json parse error: ${why}`)
}

async function readableBody(request: ApiRequest, kind: KindDefinition): Promise<Body> {
  const type = mediaType(request)
  if (type !== 'application/json') return parsedBody(request)
  const text = (await readBody(request)).toString('utf8')
  if (text === '') return { value: undefined, text }
  try {
    return { value: JSON.parse(text), text }
  } catch (error) {
    throw unrecognized(kind, text, `couldn't get version/kind; json parse error: ${messageOf(error)}`)
  }
}

const SHOWN_BYTES = 30

function unrecognized({ kind }: KindDefinition, text: string, why: string): StatusError {
  const bytes = Buffer.from(text)
  const shown = bytes.subarray(0, SHOWN_BYTES).toString(text.startsWith('{') ? 'utf8' : 'hex')
  const more = bytes.length > SHOWN_BYTES ? ' ...' : ''
  const summary = text === '' ? '<empty>' : `${shown}${more}`
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary})`)
}
