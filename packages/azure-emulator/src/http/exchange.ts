export interface HttpRequest {
  method: string
  /** Absolute, as the client addressed it. */
  url: URL
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** Absent for a call inside the process. */
  remoteAddress?: string
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  /** Ready to be sent; empty for an answer without content. */
  body: string
}

/** What a client meets: an answer, a connection cut before one, or silence. */
export type HttpOutcome = ({ do: 'answer' } & HttpAnswer) | { do: 'reset' } | { do: 'hang' }

export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

export function noContent(status: number, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, body: '' }
}
