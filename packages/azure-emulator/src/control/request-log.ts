import type { Clock } from '../clock/clock.ts'
import type { HttpOutcome, HttpRequest } from '../http/exchange.ts'

/** One request that reached the emulator, its control endpoint aside. */
export interface RequestRecord {
  /** RFC 3339, in the emulator's time. */
  at: string
  method: string
  path: string
  query: string
  /** As sent, where it was JSON. */
  body?: string
  ifMatch?: string
  ifNoneMatch?: string
  /** HTTP status; absent where the connection was cut or the client left waiting. */
  status?: number
  clientRequestId?: string
  correlationId?: string
  userAgent?: string
}

const MAX_RECORDS = 100_000

export interface RequestLog {
  records(): readonly RequestRecord[]
  add(request: HttpRequest, outcome: HttpOutcome): void
  clear(): void
}

export function createRequestLog(clock: Clock): RequestLog {
  let records: RequestRecord[] = []
  return {
    records: () => records,
    add({ method, url, headers, body }, outcome) {
      if (records.length >= MAX_RECORDS) records = records.slice(MAX_RECORDS / 2)
      const clientRequestId = headers['x-ms-client-request-id']
      const correlationId = headers['x-ms-correlation-request-id']
      const userAgent = headers['user-agent']
      const ifMatch = headers['if-match']
      const ifNoneMatch = headers['if-none-match']
      // The forms that the token endpoint takes hold secrets.
      const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
      records.push({
        at: new Date(clock.now()).toISOString(),
        method,
        path: url.pathname,
        query: url.search,
        ...(body && isJson && { body }),
        ...(ifMatch && { ifMatch }),
        ...(ifNoneMatch && { ifNoneMatch }),
        ...(outcome.do === 'answer' && { status: outcome.status }),
        ...(clientRequestId && { clientRequestId }),
        ...(correlationId && { correlationId }),
        ...(userAgent && { userAgent }),
      })
    },
    clear() {
      records = []
    },
  }
}
