import { Agent, type Dispatcher } from 'undici'
import type { KubeObject } from '../cluster-access.ts'
import type { LocalCluster } from '../local-cluster.ts'

export interface RawAnswer {
  code: number
  headers: Record<string, string | string[] | undefined>
  /** Parsed JSON; the text when it is none. */
  body: unknown
}

export interface RawRequest {
  body?: unknown
  contentType?: string
  accept?: string
  token?: string
}

interface RawWatch {
  /** The next line; rejects when none comes in time. */
  next(): Promise<{ type: string; object: KubeObject }>
  /** Resolves when the server has ended the stream. */
  ended(): Promise<void>
  close(): void
}

/** Plain https requests as recorded from clients. */
export interface RawClient {
  send(method: string, path: string, request?: RawRequest): Promise<RawAnswer>
  watch(path: string, accept?: string): Promise<RawWatch>
  close(): Promise<void>
}

const DEADLINE_MS = 5_000

export function createRawClient({ url, caPem, token }: Pick<LocalCluster, 'url' | 'caPem' | 'token'>): RawClient {
  const agent = new Agent({ connect: { ca: caPem } })
  const dispatch = (method: string, path: string, request: RawRequest): Promise<Dispatcher.ResponseData> => {
    const { body, contentType = 'application/json', accept = 'application/json' } = request
    const bearer = request.token ?? token
    const sent = body === undefined || typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body)
    return agent.request({
      origin: url,
      method: method as Dispatcher.HttpMethod,
      path,
      headers: {
        accept,
        ...(sent === undefined ? {} : { 'content-type': contentType }),
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
  }
  return {
    async send(method, path, request = {}) {
      const answer = await dispatch(method, path, request)
      const text = await answer.body.text()
      return { code: answer.statusCode, headers: answer.headers, body: parsed(text) }
    },
    async watch(path, accept) {
      const answer = await dispatch('GET', path, accept === undefined ? {} : { accept })
      return createRawWatch(answer.body)
    },
    close: () => agent.destroy(),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function createRawWatch(stream: Dispatcher.ResponseData['body']): RawWatch {
  const lines = readLines(stream)
  return {
    async next() {
      const line = await inTime(lines.next(), 'a line')
      if (line.done) throw new Error('the stream has ended')
      return JSON.parse(line.value)
    },
    async ended() {
      while (!(await inTime(lines.next(), 'the end')).done);
    },
    close: () => void stream.destroy(),
  }
}

async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + chunk.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} did not come within ${DEADLINE_MS} ms`)), DEADLINE_MS)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
