import { Agent, request } from 'undici'
import type { ClusterConnection } from './kubeconfig.ts'
import type { NodeObject } from './node-registry.ts'

/** What a machine does to its Node over the Kubernetes API. Each resolves to what went wrong, undefined for nothing. */
export interface NodeClient {
  /** Creates the Node, or brings labels and annotations of the one that is there in line. */
  register(node: NodeObject): Promise<string | undefined>
  /** Brings labels and annotations in line; nothing to do where there is no such Node. */
  relabel(node: NodeObject): Promise<string | undefined>
  remove(name: string): Promise<string | undefined>
  close(): Promise<void>
}

const CONNECTIONS = 16
const QUOTED_CHARACTERS = 300

export function createNodeClient({ server, token, tls }: ClusterConnection): NodeClient {
  const dispatcher = new Agent({ connect: tls, connections: CONNECTIONS })
  const call = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Reply> => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = {
      accept: 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': contentType }),
    }
    const content = body === undefined ? null : JSON.stringify(body)
    try {
      const answer = await request(`${server}/api/v1/nodes${path}`, { method, headers, dispatcher, body: content })
      return { status: answer.statusCode, text: await answer.body.text() }
    } catch (error) {
      return { status: 0, text: error instanceof Error ? error.message : String(error) }
    }
  }
  const patch = ({ metadata: { name, labels, annotations } }: NodeObject) =>
    call('PATCH', `/${name}`, { metadata: { labels, annotations } })
  return {
    async register(node) {
      const { name } = node.metadata
      const created = await call('POST', '', node)
      return created.status === 409
        ? problemOf(`patch Node ${name}`, await patch(node))
        : problemOf(`create Node ${name}`, created)
    },
    async relabel(node) {
      const patched = await patch(node)
      return patched.status === 404 ? undefined : problemOf(`patch Node ${node.metadata.name}`, patched)
    },
    async remove(name) {
      const deleted = await call('DELETE', `/${name}`)
      return deleted.status === 404 ? undefined : problemOf(`delete Node ${name}`, deleted)
    },
    close: () => dispatcher.destroy(),
  }
}

interface Reply {
  /** 0: there was no answer. */
  status: number
  text: string
}

function problemOf(act: string, { status, text }: Reply): string | undefined {
  return status >= 200 && status < 300 ? undefined : `${act}: ${status} ${text.slice(0, QUOTED_CHARACTERS)}`
}
