import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import {
  type ClusterAccess,
  connectByKubeconfig,
  KUBELET_ADDRESS,
  type KubeObject,
  PORT_MAP,
} from '@kaito/local-cluster'
import { z } from 'zod'

const POD = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }
const NODE = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false }

const podSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.looseObject({ podIP: z.string().optional() }).optional(),
})
const nodeSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.looseObject({ addresses: z.array(z.looseObject({ address: z.string() })).default([]) }).optional(),
})
const portsSchema = z.record(z.string(), z.number())

interface EgressProxy {
  /** Learns the made-up addresses of pods and nodes from this cluster. */
  follow(kubeconfig: string): void
  close(): Promise<void>
}

/**
 * The way of kube-apiserver into a cluster whose pods and nodes have made-up addresses: an HTTP CONNECT proxy on a Unix
 * socket (`EgressSelectorConfiguration`, apiserver.k8s.io/v1beta1) that leads each address to the loopback port behind
 * it. What has no such port is refused, as by a host where nothing listens.
 */
export async function startEgressProxy(socketPath: string): Promise<EgressProxy> {
  let cluster: ClusterAccess | undefined
  const server = createServer()
  const tunnels = new Set<Socket>()
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    tunnels.add(client)
    client.on('close', () => tunnels.delete(client))
    client.on('error', () => client.destroy())
    void open(cluster, request.url ?? '', client)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  return {
    follow(kubeconfig) {
      cluster = connectByKubeconfig(kubeconfig)
    },
    async close() {
      for (const tunnel of tunnels) tunnel.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function open(cluster: ClusterAccess | undefined, target: string, client: Socket): Promise<void> {
  try {
    const port = cluster && (await loopbackPort(cluster, target))
    if (port === undefined) {
      client.end(`HTTP/1.1 502 connection refused: nothing listens at ${target}\r\n\r\n`)
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client)
      client.pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  } catch (error) {
    client.end(`HTTP/1.1 502 ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : 'failed'}\r\n\r\n`)
  }
}

/** Looked up anew each time: addresses come and go with every test, and connections are few. */
async function loopbackPort(cluster: ClusterAccess, target: string): Promise<number | undefined> {
  const [host = '', port = ''] = target.split(':')
  for (const object of await cluster.list(POD)) {
    const found = portOfPod(object, host, port)
    if (found !== undefined) return found
  }
  for (const object of await cluster.list(NODE)) {
    const { metadata, status } = nodeSchema.parse(object)
    const kubelet = metadata.annotations[KUBELET_ADDRESS]
    if (status?.addresses.some(({ address }) => address === host) && kubelet?.endsWith(`:${port}`)) return Number(port)
  }
  return undefined
}

function portOfPod(object: KubeObject, host: string, port: string): number | undefined {
  const { metadata, status } = podSchema.parse(object)
  if (status?.podIP !== host || metadata.deletionTimestamp !== undefined) return undefined
  return portsSchema.parse(JSON.parse(metadata.annotations[PORT_MAP] ?? '{}'))[port]
}
