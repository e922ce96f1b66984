import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { type ImageSource, SIMULATED_IMAGES, startLocalCluster } from '@kaito/local-cluster'
import { KubeHttp } from '../harness/kube-http.ts'
import { installProduct } from '../harness/manifests.ts'
import { adapterFiles } from '../harness/supplies/adapter-files.ts'
import { ADAPTER_IMAGE } from './kinds.ts'
import { createMoments } from './moments.ts'

/** Pulling and loading are no work of the controllers. */
const INSTANT_KUBELET = { pullMs: 0, loadMs: 0 }
const WORKSPACES = { group: 'kaito.sh', version: 'v1alpha1', plural: 'workspaces', kind: 'Workspace', namespaced: true }
const DEPLOYMENTS = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }
const MACHINES = { group: 'karpenter.sh', version: 'v1alpha5', plural: 'machines', kind: 'Machine', namespaced: false }
const NODES = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false }

// The embedded API server with the product installed, as a process that tells when it wrote what the benchmark measures.
const [kubeconfigPath] = process.argv.slice(2)
if (kubeconfigPath === undefined) throw new Error('usage: api-server.ts PATH of the kubeconfig to write')
const stopping = new AbortController()
const log = (line: string, facts: object = {}) => process.stderr.write(`${JSON.stringify({ line, ...facts })}\n`)
const images = await adapterImages(join(dirname(kubeconfigPath), 'adapter-image'))
const cluster = await startLocalCluster({ kubelet: INSTANT_KUBELET, simulation: { images }, log })
const kube = new KubeHttp(cluster)
await installProduct(kube)
await kube.close()
const noted = createMoments(Date.now)
const { signal } = stopping
cluster.access.watch(WORKSPACES, {}, noted.workspace, signal)
cluster.access.watch(DEPLOYMENTS, {}, noted.deployment, signal)
cluster.access.watch(MACHINES, {}, noted.machine, signal)
cluster.access.watch(NODES, {}, noted.node, signal)
const record = createServer((_request, response) => response.end(JSON.stringify(noted.moments)))
record.listen(0, '127.0.0.1')
await once(record, 'listening')
await writeFile(kubeconfigPath, cluster.kubeconfig, { mode: 0o600 })
console.log(JSON.stringify({ momentsUrl: `http://127.0.0.1:${(record.address() as AddressInfo).port}` }))
await once(process, 'SIGTERM')
stopping.abort()
record.close()
record.closeAllConnections()
await cluster.stop()

/** Only adapters have content. */
async function adapterImages(root: string): Promise<ImageSource> {
  for (const [path, content] of Object.entries({ 'bin/cp': 'a made-up cp\n', ...adapterFiles() })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return {
    pull: async (image, auths) => (image === ADAPTER_IMAGE ? { root } : SIMULATED_IMAGES.pull(image, auths)),
  }
}
