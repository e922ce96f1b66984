import { PassThrough, Readable } from 'node:stream'
import type { Incoming, Outgoing } from './api-request.ts'

interface InProcessRequest {
  method: string
  /** From the root, with the query. */
  path: string
  headers?: Record<string, string>
  body?: string | undefined
  /** The client leaves. */
  signal?: AbortSignal | undefined
}

interface InProcessAnswer {
  status: number
  headers: Record<string, string>
  /** As it is written; a watch goes on until the server ends it or the client leaves. */
  body: AsyncIterable<Buffer>
}

/** A client's request without a socket, handled as one from the network. Rejects only when the client leaves. */
export type SendInProcess = (request: InProcessRequest) => Promise<InProcessAnswer>

export function createInProcessServer(
  handle: (incoming: Incoming, outgoing: Outgoing) => void,
  token: string,
): SendInProcess {
  return ({ method, path, headers = {}, body, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<InProcessAnswer>()
    if (signal?.aborted) return Promise.reject(signal.reason)
    const outgoing = new BodyStream(resolve)
    const leave = () => {
      reject(signal?.reason)
      outgoing.destroy(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    outgoing.on('close', () => signal?.removeEventListener('abort', leave))
    // Whoever reads the body is told of the end as well.
    outgoing.on('error', () => undefined)
    const bytes = body === undefined ? [] : [Buffer.from(body)]
    const incoming = Object.assign(Readable.from(bytes), {
      method,
      url: path,
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
    handle(incoming, outgoing)
    return promise
  }
}

class BodyStream extends PassThrough implements Outgoing {
  readonly #onHead: (answer: InProcessAnswer) => void
  readonly #headers: Record<string, string> = {}
  headersSent = false

  constructor(onHead: (answer: InProcessAnswer) => void) {
    super()
    this.#onHead = onHead
  }

  setHeader(name: string, value: string | string[]): void {
    this.#headers[name] = String(value)
  }

  writeHead(code: number, headers: Record<string, string | string[] | number | undefined> = {}): this {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) this.#headers[name] = String(value)
    this.headersSent = true
    this.#onHead({ status: code, headers: this.#headers, body: this })
    return this
  }

  /** The head is out as soon as it is written. */
  flushHeaders(): void {
    this.headersSent = true
  }
}
