import { Agent, request } from 'undici'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  headers?: Record<string, string>
}

/** A bare client of an API server: what a person would do with curl. */
export class KubeHttp {
  readonly #url: string
  readonly #token: string
  readonly #agent: Agent

  constructor({ url, caPem, token }: { url: string; caPem: string; token: string }) {
    this.#url = url
    this.#token = token
    this.#agent = new Agent({ connect: { ca: caPem } })
  }

  async ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    const answer = await request(new URL(path, this.#url), {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }

  /** Changes an object, or its subresource, by a JSON merge patch. */
  mergePatch(path: string, body: unknown): Promise<Answer> {
    return this.ask(path, { method: 'PATCH', body, headers: { 'content-type': 'application/merge-patch+json' } })
  }

  /** The rows that `kubectl get` would print, header first. */
  async table(path: string): Promise<string[][]> {
    const answer = await this.ask(path, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } })
    const table: { columnDefinitions: { name: string; priority: number }[]; rows: { cells: unknown[] }[] } = JSON.parse(
      answer.text,
    )
    const shown = table.columnDefinitions.map(({ priority }, index) => ({ priority, index })).filter((c) => !c.priority)
    const header = shown.map(({ index }) => table.columnDefinitions[index]?.name.toUpperCase() ?? '')
    return [header, ...table.rows.map(({ cells }) => shown.map(({ index }) => String(cells[index] ?? '')))]
  }

  close(): Promise<void> {
    return this.#agent.close()
  }
}
