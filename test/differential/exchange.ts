import { Agent } from 'undici'
import type { Step } from './step.ts'

/** What a server answered, as far as clients look at it. */
export interface ServerAnswer {
  status: number
  contentType: string
  warnings: string[]
  retryAfter?: string
  /** Parsed JSON, the events of a watch, or the text of anything else. */
  body: unknown
}

/** Sends requests to one server. */
export interface Exchange {
  send(step: Step): Promise<ServerAnswer>
  close(): Promise<void>
}

const DEADLINE_MS = 30_000

export function createExchange(access: { url: string; caPem: string; token: string }): Exchange {
  const agent = new Agent({ connect: { ca: access.caPem }, headersTimeout: DEADLINE_MS, bodyTimeout: DEADLINE_MS })
  return {
    async send(step) {
      const text = step.text ?? (step.body === undefined ? undefined : JSON.stringify(step.body))
      const answer = await agent.request({
        origin: access.url,
        method: step.method,
        path: `${step.path}${queryOf(step)}`,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: step.accept ?? 'application/json',
          ...(text === undefined ? {} : { 'content-type': step.contentType ?? 'application/json' }),
        },
        ...(text === undefined ? {} : { body: text }),
      })
      const { warning, 'content-type': type, 'retry-after': retryAfter } = answer.headers
      return {
        status: answer.statusCode,
        contentType: String(type ?? ''),
        warnings: [warning ?? []].flat().flatMap((text) => text.split(/, (?=299 )/)),
        ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }),
        body: parsed(await answer.body.text(), isWatch(step) && answer.statusCode === 200),
      }
    },
    close: () => agent.destroy(),
  }
}

function isWatch({ method, query }: Step): boolean {
  return method === 'GET' && (query?.watch === 'true' || query?.watch === '1')
}

function queryOf({ query = {} }: Step): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

function parsed(text: string, asLines: boolean): unknown {
  try {
    if (!asLines) return JSON.parse(text)
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  } catch {
    return text
  }
}
