import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { ApiError, ApiUnreachable } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { bodyText } from './body-text.ts'
import { createCredentialSource } from './cluster-credentials.ts'
import { refusalOf } from './refusal.ts'
import { createSocketPool } from './socket-pool.ts'

/** One request to the Kubernetes API. */
interface ApiCall {
  /** For metrics, as in access rules: get, list, watch, create, update, patch, delete. */
  verb: string
  /** Plural name, for metrics. */
  resource: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root, with the query. */
  path: string
  body?: unknown
  contentType?: string
  /** Media type of the answer, where it is not plain JSON. */
  accept?: string
  signal?: AbortSignal | undefined
}

/** A way to one API server. Requests reject with `ApiError` or `ApiUnreachable`. */
export interface Connection {
  /** The parsed answer; its type is the caller's knowledge. */
  request<T>(call: ApiCall): Promise<T>
  /** The body as it comes. Reading it fails when the signal aborts or the connection breaks. */
  stream(call: ApiCall): Promise<AsyncIterable<Buffer>>
  /** Breaks off what is under way and closes all sockets. */
  close(): void
}

export interface ConnectionOptions {
  /** Kubeconfig files, separated as in KUBECONFIG; undefined takes the Pod's service account. */
  kubeConfigPath: string | undefined
  userAgent: string
  clock: Clock
  metrics: Metrics
  /** A request that has no whole answer by then, or a stream that has not begun, is given up. */
  requestTimeoutMs?: number
}

export function createConnection(options: ConnectionOptions): Connection {
  return connectionOver(createSender(options), options)
}

/** An answer as it comes: its body may go on without an end. */
interface Answer extends AsyncIterable<Buffer> {
  statusCode?: number | undefined
  headers: IncomingHttpHeaders
}

/** Carries requests to a server. Rejects when no answer comes, and when the signal aborts. */
export interface Sender {
  send(call: ApiCall, signal: AbortSignal): Promise<Answer>
  close(): void
}

/** Deadlines, refusals and counts are the same whatever carries the requests. */
export function connectionOver(
  sender: Sender,
  options: Pick<ConnectionOptions, 'clock' | 'metrics' | 'requestTimeoutMs'>,
): Connection {
  const { clock, metrics, requestTimeoutMs = 30_000 } = options

  async function exchange<R>(call: ApiCall, limit: Limit, use: (answer: Answer) => Promise<R>) {
    const labels = { verb: call.verb, resource: call.resource }
    try {
      const answer = await sender.send(call, limit.signal)
      const { statusCode = 0, headers } = answer
      if (statusCode >= 300) throw refusalOf({ statusCode, headers }, await bodyText(answer), clock.now())
      const result = await use(answer)
      metrics.requests.inc({ ...labels, status: String(statusCode) })
      return result
    } catch (error) {
      const refused = error instanceof ApiError
      metrics.requests.inc({ ...labels, status: refused ? String(error.status) : 'unreachable' })
      throw refused ? error : unreachable(call, limit.signal.aborted ? limit.signal.reason : error)
    }
  }

  return {
    async request(call) {
      const limit = createLimit(call.signal, clock, requestTimeoutMs)
      try {
        return await exchange(call, limit, async (answer) => JSON.parse(await bodyText(answer)))
      } finally {
        limit.release()
      }
    },
    async stream(call) {
      const limit = createLimit(call.signal, clock, requestTimeoutMs)
      try {
        return await exchange(call, limit, async (answer) => answer)
      } finally {
        limit.stopClock()
      }
    },
    close: sender.close,
  }
}

function createSender({ kubeConfigPath, userAgent, clock }: ConnectionOptions): Sender {
  const credentialSource = createCredentialSource(kubeConfigPath, clock)
  const sockets = createSocketPool()

  async function sendOnce(call: ApiCall, signal: AbortSignal): Promise<IncomingMessage> {
    const credentials = credentialSource.fresh() ?? (await unlessAborted(credentialSource.get(), signal))
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const answer = await sockets.send({
      server: credentials.server,
      path: call.path,
      tls: credentials.tls,
      method: call.method,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...credentials.headers,
      },
      body,
      signal,
      lasting: call.verb === 'watch',
    })
    if (answer.statusCode === 401) credentialSource.invalidate(credentials)
    return answer
  }

  return {
    /** A token may have run out since it was read, so one refusal of it is followed by one try with what is read anew. */
    async send(call: ApiCall, signal: AbortSignal): Promise<IncomingMessage> {
      const answer = await sendOnce(call, signal)
      if (answer.statusCode !== 401) return answer
      answer.resume()
      return sendOnce(call, signal)
    },
    close: sockets.close,
  }
}

/** A credential plug-in may hang, and cannot be told to stop. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}

interface Limit {
  signal: AbortSignal
  /** No more limit in time; the caller's signal still counts. */
  stopClock(): void
  release(): void
}

function createLimit(caller: AbortSignal | undefined, clock: Clock, timeoutMs: number): Limit {
  const controller = new AbortController()
  const onCaller = () => controller.abort(caller?.reason)
  if (caller?.aborted) onCaller()
  else caller?.addEventListener('abort', onCaller, { once: true })
  const stopClock = clock.after(timeoutMs, () => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`)))
  return {
    signal: controller.signal,
    stopClock,
    release() {
      stopClock()
      caller?.removeEventListener('abort', onCaller)
    },
  }
}

function unreachable({ method, path }: ApiCall, cause: unknown): ApiUnreachable {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new ApiUnreachable(`${method} ${path}: ${why}`, { cause })
}
