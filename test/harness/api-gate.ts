import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { TestBed } from './test-bed.ts'

/** A way to the API server that can be closed, for whoever uses its kubeconfig; everybody else goes on undisturbed. */
export interface ApiGate {
  kubeconfigPath: string
  /** Cuts all connections and refuses new ones, as a server does that is being upgraded. */
  shut(): void
  open(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Passes bytes through without looking at them: TLS ends at the API server itself. */
export async function startApiGate({ cluster, folder }: TestBed): Promise<ApiGate> {
  const { hostname, port } = new URL(cluster.url)
  const sockets = new Set<Socket>()
  let isOpen = true
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Its close, which follows, is all there is to do.
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (!isOpen) return void client.destroy()
    const upstream = connect(Number(port), hostname)
    keep(upstream)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kubeconfigPath = join(folder, 'gated.kubeconfig')
  await writeFile(kubeconfigPath, cluster.kubeconfig.replaceAll(cluster.url, url), { mode: 0o600 })
  return {
    kubeconfigPath,
    shut() {
      isOpen = false
      cut()
    },
    open() {
      isOpen = true
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
