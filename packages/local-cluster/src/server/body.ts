import { parse } from 'yaml'
import { badRequest, StatusError } from '../status-error.ts'
import { type ApiRequest, header, readBody } from './api-request.ts'

/** Media type of the body without parameters; JSON when none is sent. */
export function mediaType(request: ApiRequest): string {
  return header(request, 'content-type').split(';')[0]?.trim().toLowerCase() || 'application/json'
}

export function unsupportedMediaType(accepted: string[]): StatusError {
  const what = 'the body of the request was in an unknown format'
  const message = `${what} - accepted media types include: ${accepted.join(', ')}`
  return new StatusError({ code: 415, reason: 'UnsupportedMediaType', message })
}

export interface Body {
  value: unknown
  text: string
}

/** Parses JSON or YAML; an empty body is undefined. */
export async function parsedBody(request: ApiRequest): Promise<Body> {
  const type = mediaType(request)
  const text = await readBody(request)
  if (text === '') return { value: undefined, text }
  if (type === 'application/yaml' || type === 'application/x-yaml') return { value: fromYaml(text), text }
  if (type === 'application/json') return { value: fromJson(text), text }
  throw unsupportedMediaType(['application/json', 'application/yaml'])
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
