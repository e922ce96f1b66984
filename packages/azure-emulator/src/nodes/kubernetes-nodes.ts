import type { ClusterConnection } from './kubeconfig.ts'
import { createNodeClient } from './node-client.ts'
import type { NodeObject, NodeRegistry } from './node-registry.ts'

interface KubernetesNodesOptions {
  connection: ClusterConnection
  /** Waits for real time. */
  pause?: (ms: number) => Promise<void>
  /** Told of every attempt that did not succeed; it is repeated. */
  onProblem?: (problem: string) => void
}

const RETRY_MS = 500
const LONGEST_RETRY_MS = 5000

/** Keeps the Nodes of a real API server: the newest wish per name, tried until the server takes it. */
export function kubernetesNodes(options: KubernetesNodesOptions): NodeRegistry {
  const { connection, onProblem = () => undefined } = options
  const { pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options
  const client = createNodeClient(connection)
  const wishes = new Map<string, NodeObject | 'gone'>()
  const working = new Set<string>()
  let closed = false

  const attempt = async (name: string, wish: NodeObject | 'gone'): Promise<string | undefined> => {
    const problem = await (wish === 'gone' ? client.remove(name) : client.register(wish))
    if (problem === undefined && wishes.get(name) === wish) wishes.delete(name)
    return problem
  }

  const fulfil = async (name: string): Promise<void> => {
    let wait = RETRY_MS
    for (let wish = wishes.get(name); wish && !closed; wish = wishes.get(name)) {
      const problem = await attempt(name, wish)
      if (problem === undefined || closed) continue
      onProblem(problem)
      await pause(wait)
      wait = Math.min(wait * 2, LONGEST_RETRY_MS)
    }
    working.delete(name)
  }

  const wish = (name: string, wanted: NodeObject | 'gone') => {
    if (closed) return
    wishes.set(name, wanted)
    if (working.has(name)) return
    working.add(name)
    void fulfil(name)
  }
  return {
    join: (node) => wish(node.metadata.name, node),
    leave: (name) => wish(name, 'gone'),
    async close() {
      closed = true
      await client.close()
    },
  }
}
