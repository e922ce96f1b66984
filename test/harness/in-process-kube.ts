import type { createLocalCluster } from '@kaito/local-cluster'
import type { KubeHttp } from './kube-http.ts'

/** What `KubeHttp` is to a server behind a socket, for one in this process. */
export class InProcessKube implements Pick<KubeHttp, 'ask' | 'mergePatch'> {
  readonly #send: ReturnType<typeof createLocalCluster>['send']

  constructor({ send }: Pick<ReturnType<typeof createLocalCluster>, 'send'>) {
    this.#send = send
  }

  async ask(path: string, { method = 'GET', body, headers = {} }: Parameters<KubeHttp['ask']>[1] = {}) {
    const answer = await this.#send({
      method,
      path,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    })
    const parts: Buffer[] = []
    for await (const part of answer.body) parts.push(part)
    return { status: answer.status, headers: answer.headers, text: Buffer.concat(parts).toString() }
  }

  mergePatch(path: string, body: unknown) {
    return this.ask(path, { method: 'PATCH', body, headers: { 'content-type': 'application/merge-patch+json' } })
  }
}
