import type { IncomingMessage } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import type { UserInfo } from '../kind-definition.ts'
import { StatusError } from '../status-error.ts'

/** A request as it comes: from a socket, or from this process. */
export type Incoming = Readable & Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** Where its answer goes. */
export interface Outgoing extends Writable {
  readonly headersSent: boolean
  setHeader(name: string, value: string | string[]): unknown
  writeHead(code: number, headers?: Record<string, string | string[] | number | undefined>): Outgoing
  flushHeaders(): void
}

/** One authenticated request. */
export interface ApiRequest {
  method: string
  /** Without the query, as sent. */
  path: string
  /** The path itself says to watch. */
  isWatchPath: boolean
  query: URLSearchParams
  user: UserInfo
  incoming: Incoming
  outgoing: Outgoing
}

/** A whole answer; a handler that streams writes to `outgoing` itself and returns undefined. */
export interface Answer {
  code: number
  body: string
  contentType?: string
  /** Texts of Warning headers. */
  warnings?: string[]
}

const MAX_BODY_BYTES = 3 * 1024 * 1024

export function header(request: ApiRequest, name: string): string {
  const value = request.incoming.headers[name]
  return typeof value === 'string' ? value : ''
}

export async function readBody({ incoming }: ApiRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) {
      const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`
      throw new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function jsonAnswer(body: unknown, code = 200): Answer {
  return { code, body: JSON.stringify(body) }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1' || value === ''
}
