import type { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { StatusError } from '../../status-error.ts'
import type { Credentials } from './kubeconfig.ts'

interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | undefined>
  body?: unknown
  contentType?: string
  signal?: AbortSignal
}

export interface ApiConnection {
  /** The answer's JSON; rejects with `StatusError` when the server refuses. */
  call(request: ApiRequest): Promise<Record<string, unknown>>
  /** The answer's body as it arrives. */
  stream(request: ApiRequest): Promise<Readable>
}

/** A stream that is silent for longer than any watch lasts has lost its server. */
const SILENCE_MS = 330_000

export function createApiConnection(credentials: Credentials): ApiConnection {
  const { server, ca, cert, key, token, skipVerification } = credentials
  const dispatcher = new Agent({
    bodyTimeout: SILENCE_MS,
    connect: {
      rejectUnauthorized: !skipVerification,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  })

  async function send({ method, path, query = {}, body, contentType, signal }: ApiRequest) {
    const answer = await request(`${server}${path}`, {
      dispatcher,
      method,
      query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    if (answer.statusCode >= 300) throw refusal(answer.statusCode, await answer.body.text())
    return answer.body
  }

  return {
    stream: send,
    async call(asked) {
      const body = await send(asked)
      return Object(await body.json())
    },
  }
}

/** The server's Status, or one made from whatever stood in for it. */
function refusal(code: number, text: string): StatusError {
  const answer = statusFields(text)
  const { message, reason, details } = answer ?? {}
  return new StatusError({
    code,
    message: typeof message === 'string' ? message : `the server answered ${code}: ${text.slice(0, 200)}`,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof details === 'object' && details !== null ? { details } : {}),
  })
}

function statusFields(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
