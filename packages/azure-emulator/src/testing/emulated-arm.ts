import { createAzureEmulator, type EmulatorOptions } from '../azure-emulator.ts'
import { virtualClock } from '../clock/virtual-clock.ts'
import type { HttpOutcome } from '../http/exchange.ts'
import type { NodeObject } from '../nodes/node-registry.ts'
import { departures } from './api-description.ts'

export const ORIGIN = 'https://arm.test'
export const CLUSTER_PATH =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1'
export const START_MS = Date.parse('2026-11-21T00:00:00Z')

/** An answer; `body` is parsed JSON, undefined when empty. */
interface Reply {
  status: number
  headers: Record<string, string>
  body: unknown
}

interface Sending {
  body?: unknown
  text?: string
  headers?: Record<string, string>
  /** Null sends no bearer token. */
  token?: string | null
}

export const gpuPool = { count: 1, vmSize: 'Standard_NC24ads_A100_v4', osDiskSizeGB: 60, tags: { owner: 'claim-1' } }

/**
 * An emulator without a socket on a virtual clock, the calls a client makes on it, and the Nodes that joined. Every
 * answer is held to Azure's API description.
 */
export function emulatedArm(options: EmulatorOptions = {}) {
  const nodes = new Map<string, NodeObject>()
  const registry = {
    join: (node: NodeObject) => void nodes.set(node.metadata.name, node),
    relabel: (node: NodeObject) => void (nodes.has(node.metadata.name) && nodes.set(node.metadata.name, node)),
    leave: (name: string) => void nodes.delete(name),
  }
  const clock = virtualClock(START_MS)
  const emulator = createAzureEmulator({ resourceGroup: 'rg1', cluster: 'aks1', clock, nodes: registry, ...options })
  const outcome = (
    method: string,
    path: string,
    { body, text, headers = {}, token }: Sending = {},
  ): Promise<HttpOutcome> =>
    emulator.handle({
      method,
      url: new URL(path, ORIGIN),
      headers: { ...(token !== null && { authorization: `Bearer ${token ?? emulator.issueToken()}` }), ...headers },
      body: text ?? (body === undefined ? '' : JSON.stringify(body)),
    })
  const send = async (method: string, path: string, sending?: Sending): Promise<Reply> => {
    const answer = await outcome(method, path, sending)
    if (answer.do !== 'answer') throw new Error(`No answer: ${answer.do}`)
    const { status, headers, body } = answer
    const reply: Reply = { status, headers, body: body === '' ? undefined : JSON.parse(body) }
    // Answers of the controls, of Entra and of injected faults do not come from Resource Manager.
    const found = 'x-ms-routing-request-id' in headers ? departures({ method, path, ...reply }) : []
    if (found.length > 0) throw new Error(`The answer departs from Azure's API description:\n${found.join('\n')}`)
    return reply
  }
  const pool = (name: string) => `${CLUSTER_PATH}/agentPools/${name}?api-version=2026-06-01`
  return {
    emulator,
    nodes,
    outcome,
    send,
    put: (name: string, properties: unknown, headers: Record<string, string> = {}) =>
      send('PUT', pool(name), { body: { properties }, headers }),
    get: (name: string) => send('GET', pool(name)),
    remove: (name: string, headers: Record<string, string> = {}) => send('DELETE', pool(name), { headers }),
    list: () => send('GET', `${CLUSTER_PATH}/agentPools?api-version=2026-06-01`),
    /** The operation an answer points to. */
    operation: (reply: Reply) => send('GET', reply.headers['azure-asyncoperation'] ?? ''),
    /** Names of the Nodes of one pool. */
    nodesOf: (name: string) => [...nodes.values()].filter(({ metadata }) => metadata.labels.agentpool === name),
  }
}
