import type { ClusterConnection } from './kubeconfig.ts'
import { createNodeClient, type NodeClient } from './node-client.ts'
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

type Act = { do: 'join' | 'relabel'; node: NodeObject } | { do: 'leave' }

/** Keeps the Nodes of a real API server: what is to be done per name, in order, each tried until the server takes it. */
export function kubernetesNodes(options: KubernetesNodesOptions): NodeRegistry {
  const { connection, onProblem = () => undefined } = options
  const { pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options
  const client = createNodeClient(connection)
  const queues = new Map<string, Act[]>()
  const working = new Set<string>()
  let closed = false

  const attempt = async (name: string, act: Act): Promise<string | undefined> => {
    const problem = await perform(client, name, act)
    const left = (queues.get(name) ?? []).filter((other) => other !== act)
    if (problem === undefined && left.length > 0) queues.set(name, left)
    if (problem === undefined && left.length === 0) queues.delete(name)
    return problem
  }

  const work = async (name: string): Promise<void> => {
    let wait = RETRY_MS
    for (let act = queues.get(name)?.[0]; act && !closed; act = queues.get(name)?.[0]) {
      const problem = await attempt(name, act)
      if (problem === undefined || closed) continue
      onProblem(problem)
      await pause(wait)
      wait = Math.min(wait * 2, LONGEST_RETRY_MS)
    }
    working.delete(name)
  }

  const enqueue = (name: string, act: Act) => {
    if (closed) return
    queues.set(name, queued(queues.get(name) ?? [], act))
    if (working.has(name)) return
    working.add(name)
    void work(name)
  }
  return {
    join: (node) => enqueue(node.metadata.name, { do: 'join', node }),
    relabel: (node) => enqueue(node.metadata.name, { do: 'relabel', node }),
    leave: (name) => enqueue(name, { do: 'leave' }),
    async close() {
      closed = true
      await client.close()
    },
  }
}

function perform(client: NodeClient, name: string, act: Act): Promise<string | undefined> {
  if (act.do === 'leave') return client.remove(name)
  return act.do === 'join' ? client.register(act.node) : client.relabel(act.node)
}

/** Leaving makes all that is still to be done pointless; a Node that is yet to join joins with its newest labels. */
function queued(before: readonly Act[], act: Act): Act[] {
  if (act.do === 'leave') return [act]
  const joining = act.do === 'join' || before.some((other) => other.do === 'join')
  return [...before.filter((other) => other.do === 'leave'), joining ? { ...act, do: 'join' } : act]
}
