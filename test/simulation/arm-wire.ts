import type { EmulatorCore } from '@kaito/azure-emulator'
import type { AzureCloudOptions } from '@kaito/cloud-azure'
import type { Life } from './life.ts'
import { ConnectionLost, overWire, type Wire, type WireAnswer, type WireCall } from './wire.ts'

type HttpClient = NonNullable<AzureCloudOptions['httpClient']>
type Request = Parameters<HttpClient['sendRequest']>[0]
type Response = Awaited<ReturnType<HttpClient['sendRequest']>>

/** How one process reaches Azure: the real SDK above, the emulator below, no socket between them. */
export function armClient({ azure, life, wire }: { azure: EmulatorCore; life: Life; wire: Wire }): HttpClient {
  return {
    async sendRequest(request) {
      const signal = abortSignal(request)
      const answer = await overWire({ wire, life, signal }, wireCall(request, life.name), async () => {
        const outcome = await azure.handle({
          method: request.method,
          url: new URL(request.url),
          headers: headersOf(request),
          body: bodyOf(request),
        })
        if (outcome.do !== 'answer') throw new ConnectionLost(`the connection was lost: ${outcome.do}`)
        const { status, headers, body } = outcome
        return { status, headers, text: body }
      })
      return response(request, answer)
    },
  }
}

/** The SDK passes the signal it was given on as it is. */
function abortSignal({ abortSignal: given }: Request): AbortSignal | undefined {
  return given instanceof AbortSignal ? given : undefined
}

function headersOf(request: Request): Record<string, string> {
  return Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]))
}

function bodyOf({ body }: Request): string {
  return typeof body === 'string' ? body : ''
}

const VERBS: Record<string, string> = { GET: 'get', PUT: 'create', DELETE: 'delete' }

function wireCall(request: Request, process: string): WireCall {
  const { pathname } = new URL(request.url)
  const [, pools, name] = /\/(agentPools)(?:\/([^/]+))?/i.exec(pathname) ?? []
  return {
    side: 'arm',
    process,
    verb: pools && !name ? 'list' : (VERBS[request.method] ?? request.method.toLowerCase()),
    resource: pools ? 'pools' : 'cluster',
    name,
    isWrite: request.method === 'PUT' || request.method === 'DELETE',
    body: bodyOf(request),
    headers: headersOf(request),
  }
}

function response(request: Request, { status, headers, text }: WireAnswer): Response {
  return { request, status, headers: new Headers(Object.entries(headers)), bodyAsText: text }
}

/** The part of the SDK's own class that its interface names; names are compared without case. */
class Headers implements Iterable<[string, string]> {
  readonly #byName = new Map<string, string>()

  constructor(entries: [string, string][]) {
    for (const [name, value] of entries) this.set(name, value)
  }

  get(name: string): string | undefined {
    return this.#byName.get(name.toLowerCase())
  }

  has(name: string): boolean {
    return this.#byName.has(name.toLowerCase())
  }

  set(name: string, value: string | number | boolean): void {
    this.#byName.set(name.toLowerCase(), String(value))
  }

  delete(name: string): void {
    this.#byName.delete(name.toLowerCase())
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#byName)
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#byName.entries()
  }
}
